import { heldUntil, releaseOf } from './notice-times';
import { DEFAULT_PREFERENCES, type NotificationPreferences } from './preferences-messages';

const berlin: NotificationPreferences = { ...DEFAULT_PREFERENCES, timeZone: 'Europe/Berlin', dailyAt: '07:30' };
const quiet = (from: string, to: string, more: Partial<NotificationPreferences> = {}) => ({
  ...berlin,
  quietHours: { from, to },
  ...more,
});

describe('when something is told', () => {
  const at = '2026-11-23T05:59:59.000Z';

  it('is when it happens, immediately', () => expect(releaseOf('immediate', at, berlin)).toBe(at));
  it.each([
    ['2026-11-23T05:59:59.000Z', '2026-11-23T06:00:00.000Z'],
    ['2026-11-23T06:00:00.000Z', '2026-11-23T07:00:00.000Z'],
  ])('is the next full hour after %s: %s', (happened, told) =>
    expect(releaseOf('hourly', happened, berlin)).toBe(told),
  );
  it('is the full hour of the zone, not of UTC', () =>
    expect(releaseOf('hourly', at, { ...berlin, timeZone: 'Asia/Kolkata' })).toBe('2026-11-23T06:30:00.000Z'));
  it.each([
    ['2026-11-23T06:29:59.999Z', '2026-11-23T06:30:00.000Z'],
    ['2026-11-23T06:30:00.000Z', '2026-11-24T06:30:00.000Z'],
    // Late in the evening there, although the day is the next one of UTC.
    ['2026-11-23T23:30:00.000Z', '2026-11-24T06:30:00.000Z'],
    // In summer an hour earlier.
    ['2026-06-23T05:00:00.000Z', '2026-06-23T05:30:00.000Z'],
  ])('is the next daily time after %s: %s', (happened, told) =>
    expect(releaseOf('daily', happened, berlin)).toBe(told),
  );
  it('is the end of the gap on the day that has no such time', () =>
    expect(releaseOf('daily', '2026-03-28T12:00:00.000Z', { ...berlin, dailyAt: '02:30' })).toBe(
      '2026-03-29T01:00:00.000Z',
    ));
});

describe('quiet hours', () => {
  it('are none unless somebody wants them', () =>
    expect(heldUntil('failed', '2026-11-23T02:00:00.000Z', berlin)).toBeNull());
  it.each([
    ['begin with their first moment', '2026-11-23T21:00:00.000Z', '2026-11-24T05:00:00.000Z'],
    ['go on past midnight', '2026-11-24T04:59:59.999Z', '2026-11-24T05:00:00.000Z'],
    ['have not begun a moment before', '2026-11-23T20:59:59.999Z', null],
    ['are over at their end', '2026-11-24T05:00:00.000Z', null],
  ])('%s', (_what, at, end) => expect(heldUntil('completed', at, quiet('22:00', '06:00'))).toBe(end));
  it.each([
    ['2026-11-23T11:30:00.000Z', '2026-11-23T12:00:00.000Z'],
    ['2026-11-23T12:00:00.000Z', null],
    ['2026-11-23T10:59:00.000Z', null],
  ])('may lie within a day: %s until %s', (at, end) =>
    expect(heldUntil('failed', at, quiet('12:00', '13:00'))).toBe(end),
  );
  it('let failures pass where the person says so, and nothing else', () => {
    const lenient = quiet('22:00', '06:00', { failuresPassQuietHours: true });
    expect(heldUntil('failed', '2026-11-23T23:00:00.000Z', lenient)).toBeNull();
    expect(heldUntil('schedule_paused', '2026-11-23T23:00:00.000Z', lenient)).toBe('2026-11-24T05:00:00.000Z');
  });
  it('end with the gap where the clock leaves their end out', () =>
    expect(heldUntil('failed', '2026-03-29T00:30:00.000Z', quiet('22:00', '02:30'))).toBe('2026-03-29T01:00:00.000Z'));
  it('end at the first of two such times, and of the second pass at the second', () => {
    const night = quiet('02:00', '02:30');
    expect(heldUntil('failed', '2026-10-25T00:10:00.000Z', night)).toBe('2026-10-25T00:30:00.000Z');
    expect(heldUntil('failed', '2026-10-25T01:10:00.000Z', night)).toBe('2026-10-25T01:30:00.000Z');
  });
});
