import { RunningJob } from './running-job';

const claim = { jobId: 'a job', worker: 'a worker' };
const STUCK_MS = 60_000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a job that runs', () => {
  it('is stuck once nothing is heard of it for so long', () => {
    const job = new RunningJob(claim);
    jest.advanceTimersByTime(59_999);
    expect(job.isStuck(STUCK_MS)).toBe(false);
    jest.advanceTimersByTime(1);
    expect(job.isStuck(STUCK_MS)).toBe(true);
  });

  it('comes on by new rows, new bytes and steps, and not by the same number again', () => {
    const job = new RunningJob(claim);
    const signs = [() => job.report(1, 0), () => job.report(1, 10), () => job.step(0)];
    for (const sign of signs) {
      jest.advanceTimersByTime(40_000);
      sign();
      expect(job.isStuck(STUCK_MS)).toBe(false);
    }
    jest.advanceTimersByTime(40_000);
    job.report(1, 10);
    jest.advanceTimersByTime(20_000);
    expect(job.isStuck(STUCK_MS)).toBe(true);
  });

  it('may be quiet while its query works, until rows come', () => {
    const job = new RunningJob(claim);
    job.step(600_000);
    jest.advanceTimersByTime(659_999);
    expect(job.isStuck(STUCK_MS)).toBe(false);
    jest.advanceTimersByTime(1);
    expect(job.isStuck(STUCK_MS)).toBe(true);
    job.step(600_000);
    job.report(1, 1);
    jest.advanceTimersByTime(60_000);
    expect(job.isStuck(STUCK_MS)).toBe(true);
  });

  it('is told to end for the first reason only, and abandoned when it does not', async () => {
    const job = new RunningJob(claim, 5000);
    const abandoned = jest.fn();
    job.abandoned.catch(abandoned);
    job.abort('stuck');
    job.abort('shutdown');
    expect([job.abortedFor, job.signal.aborted]).toEqual(['stuck', true]);
    await jest.advanceTimersByTimeAsync(4999);
    expect(abandoned).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(abandoned).toHaveBeenCalledTimes(1);
  });
});
