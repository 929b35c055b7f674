import { NO_CALENDAR, type CalendarCheck } from '../calendars/calendar-check';
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

const on = { type: 'day', day: 31 } as const;
const times = ['07:30'];

it.each<Recurrence>([
  { type: 'every_hours', every: 23, minute: 0 },
  { type: 'every_days', every: 1_830, times },
  { type: 'every_weeks', every: 260, weekdays: [1, 7], times: ['00:00', '23:59'] },
  { type: 'every_months', every: 60, on: { type: 'last_day', before: 27 }, times },
  { type: 'every_quarters', every: 20, month: 3, on: { type: 'business_day', nth: 20 }, times },
  // A month that lacks the day fires on its last one.
  { type: 'every_years', every: 10, month: 4, on, times },
  { type: 'every_years', every: 1, month: 2, on: { type: 'weekday', weekday: 7, nth: 5 }, times },
  { type: 'dates', dates: ['2026-11-24T00:00', '2020-01-01T00:00', '2026-11-24T00:00'] },
  { type: 'after_schedule', scheduleId: '00000000-0000-4000-8000-000000000001' },
  { type: 'dataset_refreshed', datasetId: '00000000-0000-4000-8000-000000000001' },
])('accepts %j', (recurrence) => {
  expect(check({ recurrence })).toEqual([]);
});

it.each([
  [{ type: 'every_hours', every: 24, minute: 60 }, ['/recurrence/every', '/recurrence/minute']],
  [{ type: 'every_days', every: 1_831, times: [] }, ['/recurrence/every', '/recurrence/times']],
  [{ type: 'every_days', every: 1, times: ['07:30', '07:30'] }, ['/recurrence/times/1']],
  [{ type: 'every_days', every: 1, times: ['07:30', '24:00'] }, ['/recurrence/times/1']],
  [{ type: 'every_days', every: 1, times: Array.from({ length: 49 }, () => '07:30') }, ['/recurrence/times']],
  [{ type: 'every_weeks', every: 0, weekdays: [], times }, ['/recurrence/every', '/recurrence/weekdays']],
  [
    { type: 'every_months', every: 61, on: { type: 'day', day: 32 }, times },
    ['/recurrence/every', '/recurrence/on/day'],
  ],
  [{ type: 'every_months', every: 1, on: { type: 'last_day', before: 28 }, times }, ['/recurrence/on/before']],
  [
    { type: 'every_months', every: 1, on: { type: 'weekday', weekday: 0, nth: 6 }, times },
    ['/recurrence/on/weekday', '/recurrence/on/nth'],
  ],
  [{ type: 'every_months', every: 1, on: { type: 'business_day', nth: 24 }, times }, ['/recurrence/on/nth']],
  [{ type: 'every_months', every: 1, on: { type: 'last_business_day', before: 23 }, times }, ['/recurrence/on/before']],
  [{ type: 'every_quarters', every: 21, month: 4, on, times }, ['/recurrence/every', '/recurrence/month']],
  [{ type: 'every_years', every: 11, month: 13, on, times }, ['/recurrence/every', '/recurrence/month']],
  [{ type: 'dates', dates: [] }, ['/recurrence/dates']],
  [{ type: 'dates', dates: Array.from({ length: 501 }, () => '2027-01-01T00:00') }, ['/recurrence/dates']],
  [
    { type: 'dates', dates: ['2026-02-30T07:30', '2027-01-01T24:00', '2027-01-01', '2027-01-01T07:30'] },
    ['/recurrence/dates/0', '/recurrence/dates/1', '/recurrence/dates/2'],
  ],
])('refuses %j', (recurrence, pointers) => {
  expect(recurring(recurrence)).toEqual(pointers.map((pointer) => `recurrence.invalid ${pointer}`));
});

const calendar = { weekend: [6, 7], holidays: new Set(['2026-12-25']) } as const;
const active: CalendarCheck = { status: 'active', calendar };
const use = (onHoliday: 'run' | 'skip') => ({ calendarId: '00000000-0000-4000-8000-000000000001', onHoliday });
const checkWith = (status: CalendarCheck, more: Partial<ScheduleDefinition>) =>
  validateSchedule(scheduleDefinition(more), status, NOON).map(({ code, pointer }) => `${code} ${pointer}`);

describe('what never fires', () => {
  it.each<Recurrence>([
    { type: 'dates', dates: ['2026-11-23T12:59', '2020-01-01T00:00'] },
    { type: 'dates', dates: ['2060-01-01T00:00'] },
    { type: 'every_years', every: 7, month: 2, on: { type: 'weekday', weekday: 1, nth: 5 }, times },
    { type: 'every_months', every: 12, on: { type: 'business_day', nth: 23 }, times },
  ])('is refused: %j', (recurrence) => {
    const startsAt = '2027-02-01T00:00:00.000Z';
    const more = recurrence.type === 'every_months' ? { recurrence, startsAt } : { recurrence };
    expect(check(more)).toEqual(['recurrence.never_fires /recurrence']);
  });
  it('is what skips all its holidays, unless the calendar is another one', () => {
    const recurrence: Recurrence = { type: 'weekly', weekdays: [6, 7], time: '07:30' };
    expect(checkWith(active, { recurrence, calendar: use('skip') })).toEqual(['recurrence.never_fires /recurrence']);
    expect(checkWith(active, { recurrence, calendar: use('run') })).toEqual([]);
    const message = validateSchedule(scheduleDefinition({ recurrence, calendar: use('skip') }), active, NOON)[0]
      ?.message;
    expect(message).toBe(
      'The schedule has no occurrence in the next 30 years: choose other days or months, or let it run or move on holidays.',
    );
  });
  it('is what lies in the gap of each year, if times in gaps are skipped', () => {
    const lastSunday = { type: 'weekday', weekday: 7, nth: 'last' } as const;
    const recurrence: Recurrence = { type: 'every_years', every: 1, month: 3, on: lastSunday, times: ['02:30'] };
    const clockChanges = { skippedTime: 'skip', repeatedTime: 'first' } as const;
    expect(check({ recurrence, clockChanges })).toEqual(['recurrence.never_fires /recurrence']);
    expect(check({ recurrence })).toEqual([]);
  });
});

describe('the calendar', () => {
  it.each([
    ['none', 'calendar.missing'],
    ['absent', 'calendar.missing'],
    ['removed', 'calendar.removed'],
  ] as const)('that is %s is refused', (status, code) => {
    expect(checkWith({ status }, { calendar: use('run') })).toEqual([`${code} /calendar/calendarId`]);
  });
  it('is not asked for where none is named', () => {
    expect(checkWith({ status: 'removed' }, {})).toEqual([]);
  });
});

describe('limits', () => {
  it.each([
    [{ maxRuns: 0 }, 'max_runs.out_of_range /maxRuns'],
    [{ maxRuns: 1_000_001 }, 'max_runs.out_of_range /maxRuns'],
    [{ jitterSeconds: -1 }, 'jitter.out_of_range /jitterSeconds'],
    [{ jitterSeconds: 3_601 }, 'jitter.out_of_range /jitterSeconds'],
    [{ pauseAfterFailures: 0 }, 'pause_after_failures.out_of_range /pauseAfterFailures'],
    [{ pauseAfterFailures: 101 }, 'pause_after_failures.out_of_range /pauseAfterFailures'],
  ])('%j is refused', (more, problem) => {
    expect(check(more)).toEqual([problem]);
  });
  it.each([{ maxRuns: 1_000_000 }, { jitterSeconds: 3_600 }, { pauseAfterFailures: 100 }])('%j is accepted', (more) => {
    expect(check(more)).toEqual([]);
  });
  it('include jitter that reaches the next occurrence', () => {
    const recurrence: Recurrence = { type: 'every_days', every: 7, times: ['07:00', '07:10', '23:00'] };
    expect(check({ recurrence, jitterSeconds: 599 })).toEqual([]);
    expect(check({ recurrence, jitterSeconds: 600 })).toEqual(['jitter.too_long /jitterSeconds']);
    const definition = scheduleDefinition({ recurrence, jitterSeconds: 600 });
    expect(validateSchedule(definition, NO_CALENDAR, NOON)[0]?.message).toContain('at most 599 seconds');
  });
});
