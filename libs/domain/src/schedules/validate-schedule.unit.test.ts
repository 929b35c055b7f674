import { NO_CALENDAR } from '../calendars/calendar-check';
import { NOON, scheduleDefinition } from '../testing/samples';
import type { Recurrence } from './recurrence';
import type { ScheduleDefinition } from './schedule-messages';
import { isTimeZone, validateSchedule } from './validate-schedule';

const check = (more: Partial<ScheduleDefinition>) =>
  validateSchedule(scheduleDefinition(more), NO_CALENDAR, NOON).map(({ code, pointer }) => `${code} ${pointer}`);
const recurring = (recurrence: unknown) => check({ recurrence: recurrence as Recurrence });
const cron = (expression: string) => recurring({ type: 'cron', expression });

it.each<Recurrence>([
  { type: 'minutes', every: 1 },
  { type: 'minutes', every: 1_440 },
  { type: 'hourly', minute: 59 },
  { type: 'daily', time: '00:00' },
  { type: 'weekly', weekdays: [1, 7], time: '23:59' },
  { type: 'monthly', day: 31, time: '07:30' },
  { type: 'monthly', day: 'last', time: '07:30' },
  { type: 'cron', expression: '0 0 29 2 *' },
  { type: 'cron', expression: ' 0  0 LW * * ' },
])('accepts %j', (recurrence) => {
  expect(check({ recurrence })).toEqual([]);
});

it.each([
  [{ type: 'minutes', every: 0 }, '/recurrence/every'],
  [{ type: 'minutes', every: 1_441 }, '/recurrence/every'],
  [{ type: 'minutes', every: 1.5 }, '/recurrence/every'],
  [{ type: 'hourly', minute: 60 }, '/recurrence/minute'],
  [{ type: 'hourly', minute: -1 }, '/recurrence/minute'],
  [{ type: 'daily', time: '24:00' }, '/recurrence/time'],
  [{ type: 'daily', time: '7:30' }, '/recurrence/time'],
  [{ type: 'daily', time: '07:60' }, '/recurrence/time'],
  [{ type: 'weekly', weekdays: [], time: '07:30' }, '/recurrence/weekdays'],
  [{ type: 'weekly', weekdays: [1, 8], time: '07:30' }, '/recurrence/weekdays/1'],
  [{ type: 'weekly', weekdays: [2, 2], time: '07:30' }, '/recurrence/weekdays/1'],
  [{ type: 'monthly', day: 0, time: '07:30' }, '/recurrence/day'],
  [{ type: 'monthly', day: 32, time: '07:30' }, '/recurrence/day'],
])('refuses %j', (recurrence, pointer) => {
  expect(recurring(recurrence)).toEqual([`recurrence.invalid ${pointer}`]);
});

describe('cron', () => {
  it.each(['0 0 7 * * *', '0 0 7 * * * 2027'])('refuses the seconds of %s', (expression) => {
    expect(cron(expression)).toEqual(['recurrence.seconds_not_allowed /recurrence/expression']);
  });
  it.each([
    '',
    '0 0 * *',
    '@daily',
    '61 * * * *',
    '0 0 * * 8',
    'a b c d e',
    '0 0 1 * *\u0000',
    `${'0,'.repeat(200)}0 * * * *`,
  ])('refuses %j', (expression) => {
    expect(cron(expression)).toEqual(['recurrence.invalid /recurrence/expression']);
  });
  it.each(['0 0 31 2 *', '0 0 30 2 *', '0 0 31 4,6,9,11 *'])('refuses %s, which never fires', (expression) => {
    expect(cron(expression)).toEqual(['recurrence.never_fires /recurrence/expression']);
  });
  it('says why', () => {
    const recurrence: Recurrence = { type: 'cron', expression: '61 * * * *' };
    expect(validateSchedule(scheduleDefinition({ recurrence }), NO_CALENDAR, NOON)[0]?.message).toContain('minute: 61');
  });
});

describe('the window', () => {
  it('is refused on a day that no calendar has', () => {
    expect(check({ startsAt: '2027-02-30T00:00:00.000Z' })).toEqual(['recurrence.invalid /startsAt']);
  });
  it('may end where it starts, on an occurrence', () => {
    const instant = '2026-11-25T06:30:00.000Z';
    expect(check({ startsAt: instant, endsAt: instant })).toEqual([]);
  });
  it('is refused when it ends before it starts', () => {
    expect(check({ startsAt: '2026-12-02T00:00:00.000Z', endsAt: '2026-12-01T00:00:00.000Z' })).toEqual([
      'window.ends_before_start /endsAt',
    ]);
  });
  it('is refused when it has ended', () => {
    expect(check({ endsAt: NOON })).toEqual(['window.ended /endsAt']);
  });
  it('is refused when no occurrence lies in it', () => {
    expect(check({ startsAt: '2026-11-25T06:30:01.000Z', endsAt: '2026-11-26T06:29:59.000Z' })).toEqual([
      'recurrence.never_fires /recurrence',
    ]);
  });
  it('is refused when it is no time at all', () => {
    expect(check({ startsAt: 'soon', endsAt: '2026-12-32T00:00:00.000Z' })).toEqual([
      'recurrence.invalid /startsAt',
      'recurrence.invalid /endsAt',
    ]);
  });
});

it.each([0, 10_080])('accepts a catch-up window of %i minutes', (catchUpMinutes) => {
  expect(check({ catchUpMinutes })).toEqual([]);
});
it.each([-1, 10_081, 0.5, Number.NaN])('refuses a catch-up window of %d minutes', (catchUpMinutes) => {
  expect(check({ catchUpMinutes })).toEqual(['catch_up.out_of_range /catchUpMinutes']);
});

it.each(['Europe/Berlin', 'UTC', 'Asia/Kathmandu', 'Etc/GMT+5'])('knows the zone %s', (zone) => {
  expect(isTimeZone(zone)).toBe(true);
});
it.each(['', '+01:00', 'Mars/Olympus', 'Europe/Berlin\u0000', 'Europe/Berlin; DROP', '2026'])(
  'does not know the zone %j',
  (timeZone) => {
    expect(check({ timeZone })).toEqual(['time_zone.unknown /timeZone']);
  },
);

it('tells all problems at once', () => {
  expect(
    check({
      recurrence: { type: 'daily', time: '25:00' },
      timeZone: 'Nowhere',
      endsAt: '2020-01-01T00:00:00.000Z',
      catchUpMinutes: -1,
    }),
  ).toHaveLength(4);
});
