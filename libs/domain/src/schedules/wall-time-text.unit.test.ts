import { instantOfWallTime, wallTimeAt } from './wall-time-text';

it.each([
  ['Europe/Berlin', '2026-03-28T01:30:00.000Z', '2026-03-28T02:30:00'],
  ['Asia/Kolkata', '2026-03-28T01:30:00.000Z', '2026-03-28T07:00:00'],
  ['America/Los_Angeles', '2026-11-01T08:30:00.000Z', '2026-11-01T01:30:00'],
])('tells what the wall shows in %s, and when', (zone, instant, wallTime) => {
  expect(wallTimeAt(zone, new Date(instant))).toBe(wallTime);
  expect(instantOfWallTime(zone, wallTime)).toEqual(new Date(instant));
});

it('takes the first of two instants that show the same, and the end of a gap', () => {
  expect(wallTimeAt('Europe/Berlin', new Date('2026-10-25T01:30:00.000Z'))).toBe('2026-10-25T02:30:00');
  expect(instantOfWallTime('Europe/Berlin', '2026-10-25T02:30:00')).toEqual(new Date('2026-10-25T00:30:00.000Z'));
  expect(instantOfWallTime('Europe/Berlin', '2026-03-29T02:00:00')).toEqual(new Date('2026-03-29T01:00:00.000Z'));
});
