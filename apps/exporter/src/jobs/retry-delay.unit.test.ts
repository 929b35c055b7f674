import { retryDelayMs } from './retry-delay';

describe('the delay before another attempt', () => {
  it('is four times longer each time, up to five minutes', () => {
    expect([1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
      1000, 4000, 16_000, 64_000, 256_000, 300_000,
    ]);
  });

  it('is shortened by chance, by less than a half', () => {
    expect(retryDelayMs(2, 0.5)).toBe(3000);
    expect(retryDelayMs(2, 0.999)).toBe(2002);
  });
});
