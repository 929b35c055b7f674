import { longRunLimit } from './long-runs';

const rules = { ceilingMs: 1_800_000, factor: 3, leastRuns: 10 };

it.each([
  ['its usual duration times the factor', { runs: 10, p95Ms: 100_000.4 }, { limitMs: 300_001, basis: 'history' }],
  ['the ceiling while too few runs are known', { runs: 9, p95Ms: 100_000 }, { limitMs: 1_800_000, basis: 'ceiling' }],
  ['the ceiling without any', { runs: 0, p95Ms: null }, { limitMs: 1_800_000, basis: 'ceiling' }],
  ['the ceiling where that is lower', { runs: 50, p95Ms: 600_001 }, { limitMs: 1_800_000, basis: 'ceiling' }],
  ['a minute at least', { runs: 50, p95Ms: 900 }, { limitMs: 60_000, basis: 'history' }],
] as const)('an attempt runs long after %s', (_, history, limit) => {
  expect(longRunLimit(history, rules)).toEqual(limit);
});
