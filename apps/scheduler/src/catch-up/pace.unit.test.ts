import { turnOf } from './pace';

it.each([
  [1, { occurrences: 1, milliseconds: 60_000 }],
  [10, { occurrences: 1, milliseconds: 6000 }],
  [100, { occurrences: 1, milliseconds: 600 }],
  [600, { occurrences: 10, milliseconds: 1000 }],
  [60_000, { occurrences: 1000, milliseconds: 1000 }],
])('%i a minute', (perMinute, turn) => expect(turnOf(perMinute)).toEqual(turn));

it.each(Array.from({ length: 300 }, (_, n) => [1 + n * 7]))('keeps to %i in any minute', (perMinute) => {
  const { occurrences, milliseconds } = turnOf(perMinute);
  const inAMinute = Math.ceil(60_000 / milliseconds) * occurrences;
  expect(inAMinute).toBeLessThanOrEqual(perMinute);
  expect(inAMinute).toBeGreaterThan(perMinute * 0.98);
});
