import { isDate } from 'node:util/types';
import { shiftedDate } from './clock';

let byMs = 0;
const Shifted = shiftedDate(Date, () => byMs);

beforeEach(() => (byMs = 0));

describe('a shifted clock', () => {
  it('is off by what it is told, and right again at 0', () => {
    byMs = 3_600_000;
    const real = Date.now();
    expect(Shifted.now() - real).toBeGreaterThanOrEqual(byMs);
    expect(new Shifted().getTime() - real).toBeGreaterThanOrEqual(byMs);
    expect(Date.parse(Shifted()) - real).toBeGreaterThan(byMs - 1000);
    byMs = 0;
    expect(Shifted.now() - real).toBeLessThan(3_600_000);
  });

  it('leaves alone what does not ask for the present', () => {
    byMs = 3_600_000;
    expect(new Shifted('2026-11-26T08:00:00Z').toISOString()).toBe('2026-11-26T08:00:00.000Z');
    expect(new Shifted(5).getTime()).toBe(5);
    expect(Shifted.UTC(2026, 0)).toBe(Date.UTC(2026, 0));
  });

  it('makes dates that everybody takes for dates', () => {
    expect(isDate(new Shifted())).toBe(true);
    expect(new Shifted()).toBeInstanceOf(Date);
    expect(new Date()).toBeInstanceOf(Shifted);
  });
});
