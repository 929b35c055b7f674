import { compareTimes } from './compare-times';
import { FUZZED_ZONES } from './zones';

describe('due times', () => {
  // npm run test:fuzz-times goes on for as long as it is told.
  it.each(Array.from({ length: 15 }, (_, part) => part * 10 + 1))(
    'are those of a second, naive implementation for ten random schedules from seed %i on',
    (first) => {
      for (let seed = first; seed < first + 10; seed += 1) {
        expect({ seed, difference: compareTimes(seed) }).toEqual({ seed, difference: null });
      }
    },
  );

  it('are compared in forty zones and more', () => {
    expect(new Set(FUZZED_ZONES).size).toBeGreaterThanOrEqual(40);
  });
});
