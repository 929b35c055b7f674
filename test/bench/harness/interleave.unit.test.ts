import { interleave } from './interleave';

describe('interleave', () => {
  it('takes turns and keeps the measurements apart', async () => {
    const order: string[] = [];
    const measured = await interleave(3, {
      ours: (run) => {
        order.push(`ours ${run}`);
        return Promise.resolve(run * 10);
      },
      peer: (run) => {
        order.push(`peer ${run}`);
        return Promise.resolve(`${run}`);
      },
    });
    expect(order).toEqual(['ours 1', 'peer 1', 'ours 2', 'peer 2', 'ours 3', 'peer 3']);
    expect(measured).toEqual({ ours: [10, 20, 30], peer: ['1', '2', '3'] });
  });

  it('does without a contestant that is missing', async () => {
    const measured = await interleave(2, { ours: (run) => Promise.resolve(run), peer: undefined });
    expect(measured).toEqual({ ours: [1, 2], peer: [] });
  });

  it('ends with the first failure', async () => {
    const runs: number[] = [];
    const failing = (run: number): Promise<never> => {
      runs.push(run);
      return Promise.reject(new Error('no'));
    };
    await expect(interleave(3, { failing })).rejects.toThrow('no');
    expect(runs).toEqual([1]);
  });
});
