import { backoffMs, pause } from './backoff';

it('doubles from a tenth of a second to half a minute', () => {
  const longest = () => 1;
  expect([1, 2, 3, 9, 10, 1000].map((tries) => backoffMs(tries, longest))).toEqual([
    100, 200, 400, 25_600, 30_000, 30_000,
  ]);
});

it('leaves out up to a half, by chance', () => {
  expect(backoffMs(3, () => 0)).toBe(200);
  expect(backoffMs(3, () => 0.5)).toBe(300);
});

it('does not wait any longer for what has ended', async () => {
  const ended = new AbortController();
  const paused = pause(3_600_000, ended.signal);
  ended.abort();
  await expect(paused).resolves.toBeUndefined();
  await expect(pause(3_600_000, ended.signal)).resolves.toBeUndefined();
});
