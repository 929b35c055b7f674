import { Gathered } from './gathered';

describe('what is gathered', () => {
  it('asks for all that came at the same time, and answers each', async () => {
    const asked: (readonly number[])[] = [];
    const gathered = new Gathered((items: readonly number[]) => {
      asked.push(items);
      return Promise.resolve(items.map((item) => item * 10));
    });
    expect(await Promise.all([1, 2, 1].map((item) => gathered.ask(item)))).toEqual([10, 20, 10]);
    expect(await gathered.ask(3)).toBe(30);
    expect(asked).toEqual([[1, 2, 1], [3]]);
  });

  it('keeps what comes meanwhile for the next question', async () => {
    const asked: (readonly number[])[] = [];
    let answer = (): void => undefined;
    const gathered = new Gathered(async (items: readonly number[]) => {
      asked.push(items);
      await new Promise<void>((resolve) => (answer = resolve));
      return items;
    });
    const first = gathered.ask(1);
    await Promise.resolve();
    const others = [gathered.ask(2), gathered.ask(3)];
    answer();
    await first;
    await Promise.resolve();
    answer();
    expect(await Promise.all(others)).toEqual([2, 3]);
    expect(asked).toEqual([[1], [2, 3]]);
  });

  it('fails for those that asked, and goes on', async () => {
    let fails = true;
    const gathered = new Gathered((items: readonly number[]) =>
      fails ? Promise.reject(new Error('no answer')) : Promise.resolve(items),
    );
    await expect(Promise.allSettled([gathered.ask(1), gathered.ask(2)])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    fails = false;
    expect(await gathered.ask(3)).toBe(3);
  });
});
