import { missedBars } from './bars';

const met = {
  minutes: 10,
  faults: { kill: 150, long_stop: 50 },
  takeoverMs: { count: 2, p95: 9000, max: 10_000 },
  recoverySeconds: [3, 15],
};

it('finds nothing where every bar is met', () => {
  expect(missedBars(met)).toEqual([]);
});

it.each([
  ['a late take-over', { takeoverMs: { ...met.takeoverMs, max: 10_001 } }, 'a take-over took 10001 ms'],
  ['no take-over', { takeoverMs: { count: 0, p95: null, max: null } }, 'no take-over was measured'],
  ['a late recovery', { recoverySeconds: [3, 15.1] }, 'a recovery took 15.1 s'],
  ['a recovery that never came', { recoverySeconds: [Infinity] }, 'a recovery took Infinity s'],
  ['no recovery', { recoverySeconds: [] }, 'no recovery was measured'],
  ['too few faults', { faults: { kill: 199 } }, 'only 199 faults met anything'],
])('finds %s', (_, planted, missed) => {
  expect(missedBars({ ...met, ...planted })).toEqual([missed]);
});
