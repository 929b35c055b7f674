import { retryDelayMs } from './retry-delay';

it.each([
  [1, 0, null, 10_000],
  [1, 0.999999, null, 5_000],
  [2, 0, null, 40_000],
  [5, 0, null, 2_560_000],
  [50, 0, null, 3_600_000],
  [1, 0, 120, 120_000],
  [3, 0, 5, 160_000],
])('waits after attempt %i (chance %d, asked for %p s) %i ms', (attempt, chance, asked, expected) => {
  expect(retryDelayMs(attempt, chance, asked)).toBe(expected);
});
