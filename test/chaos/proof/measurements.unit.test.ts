import { recorded, type Told } from '../testing/recorded';
import { nextStartAfter, quantile, takeoversAfter } from './measurements';

/** 08:00 and so many seconds. */
const time = (seconds: number): string => new Date(Date.UTC(2026, 10, 26, 8) + seconds * 1000).toISOString();
const started = (pid: number, attempt: number, at: number): Told => [
  'job-1',
  'JobStarted',
  { attempt, worker: `host/${pid}/a1b2c3d4/7` },
  time(at),
];
const then = (type: 'JobAttemptLost' | 'JobFailed' | 'JobCompleted' | 'JobCancelled', at: number): Told => [
  'job-1',
  type,
  {},
  time(at),
];
const loss = { pid: 41, at: Date.parse(time(10)) };

it.each([
  ['the next attempt', [started(41, 1, 5), then('JobAttemptLost', 14), started(42, 2, 15)], [5000]],
  ['the end where no attempt is left', [started(41, 1, 5), then('JobFailed', 14)], [4000]],
  ['nothing of a job that had ended', [started(41, 1, 5), then('JobCompleted', 9)], []],
  ['nothing of a job that was cancelled', [started(41, 1, 5), then('JobCancelled', 12)], []],
  ['nothing of the jobs of others', [started(40, 1, 5), then('JobAttemptLost', 14), started(42, 2, 15)], []],
])('measures the take-over until %s', (_, told, takeovers) => {
  expect(takeoversAfter(recorded(...told), [loss])).toEqual(takeovers);
});

it('measures the recovery until the next job starts', () => {
  const events = recorded(started(1, 1, 5), started(1, 2, 22));
  expect(nextStartAfter(events, Date.parse(time(10)))).toBe(12_000);
  expect(nextStartAfter(events, Date.parse(time(30)))).toBe(Infinity);
});

it('gives quantiles by nearest rank', () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect([quantile(values, 0.95), quantile(values, 1), quantile([7], 0.95), quantile([], 1)]).toEqual([
    19,
    20,
    7,
    null,
  ]);
});
