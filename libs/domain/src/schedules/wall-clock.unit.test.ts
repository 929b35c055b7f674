import { firstInstantOf, offsetPeriodAt } from './wall-clock';

const BERLIN = 'Europe/Berlin';
const at = (instant: string) => Date.parse(instant);
/** A wall time, written as if it were UTC. */
const wall = (time: string) => Date.parse(`${time}Z`);
const HOUR = 3_600_000;

describe('the offset period', () => {
  it('begins at the change and ends before the next', () => {
    const summer = {
      from: at('2026-03-29T01:00Z'),
      until: at('2026-10-25T01:00Z'),
      offset: 2 * HOUR,
      offsetBefore: HOUR,
      offsetAfter: HOUR,
    };
    expect(offsetPeriodAt(BERLIN, summer.from)).toEqual(summer);
    expect(offsetPeriodAt(BERLIN, summer.until - 1)).toEqual(summer);
    expect(offsetPeriodAt(BERLIN, summer.until)).toMatchObject({ from: summer.until, offset: HOUR });
  });
  it('is endless in a zone without changes', () => {
    expect(offsetPeriodAt('UTC', 0)).toEqual({
      from: -Infinity,
      until: Infinity,
      offset: 0,
      offsetBefore: 0,
      offsetAfter: 0,
    });
  });
});

// What is remembered from the question before must make no difference.
describe.each(['2026-01-15T00:00Z', '2026-07-15T00:00Z', '2026-12-15T00:00Z'])('asked after %s', (before) => {
  beforeEach(() => offsetPeriodAt(BERLIN, at(before)));

  it.each([
    ['2026-10-25T01:59', '2026-10-24T23:59Z'],
    ['2026-10-25T02:00', '2026-10-25T00:00Z'],
    ['2026-10-25T02:59', '2026-10-25T00:59Z'],
    ['2026-10-25T03:00', '2026-10-25T02:00Z'],
    ['2026-03-29T01:59', '2026-03-29T00:59Z'],
    ['2026-03-29T02:00', '2026-03-29T01:00Z'],
    ['2026-03-29T02:59', '2026-03-29T01:00Z'],
    ['2026-03-29T03:00', '2026-03-29T01:00Z'],
    ['2026-03-29T03:01', '2026-03-29T01:01Z'],
    ['2026-06-15T12:00', '2026-06-15T10:00Z'],
  ])('the wall first shows %s at %s', (time, instant) => {
    expect(firstInstantOf(BERLIN, wall(time))).toBe(at(instant));
  });
});
