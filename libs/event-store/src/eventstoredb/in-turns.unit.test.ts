import { inTurns } from './in-turns';

describe('inTurns', () => {
  it('answers in the order of the items, with no more than the width under way', async () => {
    const started: number[] = [];
    const ends = new Map<number, () => void>();
    const answers = inTurns([1, 2, 3, 4], 2, async (item) => {
      started.push(item);
      await new Promise<void>((resolve) => ends.set(item, resolve));
      return item * 10;
    });
    expect(started).toEqual([1, 2]);
    for (const [ended, then] of [
      [2, [1, 2, 3]],
      [3, [1, 2, 3, 4]],
      [4, [1, 2, 3, 4]],
    ] as const) {
      ends.get(ended)?.();
      await new Promise((resolve) => setImmediate(resolve));
      expect(started).toEqual(then);
    }
    ends.get(1)?.();
    expect(await answers).toEqual([10, 20, 30, 40]);
  });

  it('rejects with the failure of an item, and answers nothing with an empty list', async () => {
    await expect(inTurns([1], 2, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(await inTurns([], 2, () => Promise.resolve(1))).toEqual([]);
  });
});
