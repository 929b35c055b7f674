import type { BusinessCalendar } from '../calendars/business-calendar';
import { scheduleDefinition } from '../testing/samples';
import { dueOccurrences, type DueQuestion } from './due-occurrences';
import { nextMomentOf, nextOccurrenceOf } from './occurrences';
import type { Recurrence } from './recurrence';
import type { ScheduleDefinition } from './schedule-messages';

const at = (time: string) => new Date(`2026-11-23T${time}Z`);
const everyMinute = scheduleDefinition({
  recurrence: { type: 'minutes', every: 1 },
  timeZone: 'UTC',
  catchUpMinutes: 0,
});
const question = (more: Partial<DueQuestion>): DueQuestion => ({
  definition: everyMinute,
  calendar: null,
  since: at('11:59:59.999'),
  now: at('12:00'),
  limit: 100,
  ...more,
});

describe('what is due', () => {
  it('is nothing before the next due time', () => {
    expect(dueOccurrences(question({ now: at('11:59:59.999') }))).toEqual({
      request: [],
      skipped: [],
      next: at('12:00'),
    });
  });
  it('is an occurrence at its very time', () => {
    expect(dueOccurrences(question({}))).toEqual({ request: [at('12:00')], skipped: [], next: at('12:01') });
  });
  it('is still an occurrence 60 s late without a catch-up window, and the one since', () => {
    expect(dueOccurrences(question({ now: at('12:01') }))).toEqual({
      request: [at('12:00'), at('12:01')],
      skipped: [],
      next: at('12:02'),
    });
  });
  it('is no longer one that is a millisecond later than that', () => {
    expect(dueOccurrences(question({ now: at('12:01:00.001') }))).toEqual({
      request: [at('12:01')],
      skipped: [{ from: at('12:00'), to: at('12:00'), count: 1, reason: 'missed' }],
      next: at('12:02'),
    });
  });
  it('is all within the catch-up window; older ones are one stretch that is skipped', () => {
    const definition = { ...everyMinute, catchUpMinutes: 3 };
    expect(dueOccurrences(question({ definition, now: at('12:10:30') }))).toEqual({
      request: [at('12:08'), at('12:09'), at('12:10')],
      skipped: [{ from: at('12:00'), to: at('12:07'), count: 8, reason: 'missed' }],
      next: at('12:11'),
    });
  });
  it('is cut by the limit, and goes on from there', () => {
    const definition = { ...everyMinute, catchUpMinutes: 60 };
    const first = dueOccurrences(question({ definition, now: at('12:03'), limit: 2 }));
    expect(first).toEqual({ request: [at('12:00'), at('12:01')], skipped: [], next: at('12:02') });
    expect(dueOccurrences(question({ definition, now: at('12:03'), limit: 2, since: at('12:01') }))).toEqual({
      request: [at('12:02'), at('12:03')],
      skipped: [],
      next: at('12:04'),
    });
  });
  it('is nothing at or before the time from which the schedule counts', () => {
    expect(dueOccurrences(question({ since: at('12:00'), now: at('12:00:30') }))).toEqual({
      request: [],
      skipped: [],
      next: at('12:01'),
    });
  });
  it('is of the present definition, though the due time was kept from an older one', () => {
    const definition = { ...everyMinute, recurrence: { type: 'hourly', minute: 30 } as const };
    expect(dueOccurrences(question({ definition, now: at('12:30') }))).toEqual({
      request: [at('12:30')],
      skipped: [],
      next: at('13:30'),
    });
  });
  it('ends with the schedule', () => {
    const definition = { ...everyMinute, endsAt: at('12:01').toISOString() };
    expect(dueOccurrences(question({ definition, now: at('12:01') }))).toEqual({
      request: [at('12:00'), at('12:01')],
      skipped: [],
      next: null,
    });
    expect(dueOccurrences(question({ definition, now: at('13:00') }))).toEqual({
      request: [],
      skipped: [{ from: at('12:00'), to: at('12:01'), count: 2, reason: 'missed' }],
      next: null,
    });
    expect(dueOccurrences(question({ definition, since: at('12:01'), now: at('13:00') }))).toEqual({
      request: [],
      skipped: [],
      next: null,
    });
  });
  it('is nothing while the clock has been put back', () => {
    expect(dueOccurrences(question({ now: at('09:00') }))).toEqual({ request: [], skipped: [], next: at('12:00') });
  });
});

describe('the catch-up policy', () => {
  const late = (catchUp: ScheduleDefinition['catchUp'], more: Partial<DueQuestion> = {}) =>
    dueOccurrences(
      question({ definition: { ...everyMinute, catchUpMinutes: 3, catchUp }, now: at('12:10:30'), ...more }),
    );
  const missed = { from: at('12:00'), to: at('12:07'), count: 8, reason: 'missed' };

  it.each(['latest', 'none'] as const)('%s leaves out what is late, but not by less than a minute', (catchUp) => {
    expect(late(catchUp)).toEqual({
      request: [at('12:10')],
      skipped: [missed, { from: at('12:08'), to: at('12:09'), count: 2, reason: 'catch_up' }],
      next: at('12:11'),
    });
  });
  it('latest lets the last one run, however late it is', () => {
    const ended = { ...everyMinute, endsAt: at('12:09').toISOString(), catchUpMinutes: 30 };
    const now = at('12:20');
    expect(late('latest', { definition: { ...ended, catchUp: 'latest' }, now })).toEqual({
      request: [at('12:09')],
      skipped: [{ from: at('12:00'), to: at('12:08'), count: 9, reason: 'catch_up' }],
      next: null,
    });
    expect(late('none', { definition: { ...ended, catchUp: 'none' }, now })).toEqual({
      request: [],
      skipped: [{ from: at('12:00'), to: at('12:09'), count: 10, reason: 'catch_up' }],
      next: null,
    });
  });
});

describe('what a holiday leaves out', () => {
  // 2026-11-26 is a Thursday.
  const calendar: BusinessCalendar = { weekend: [6, 7], holidays: new Set(['2026-11-26']) };
  const use = { calendarId: '00000000-0000-4000-8000-000000000001', onHoliday: 'skip' } as const;
  const day = (date: number, time: string) => new Date(`2026-11-${date}T${time}Z`);
  const daily = scheduleDefinition({
    recurrence: { type: 'every_days', every: 1, times: ['07:00', '08:00'] },
    timeZone: 'UTC',
    catchUpMinutes: 10_080,
    calendar: use,
  });
  const ask = (since: Date, now: Date, definition = daily) =>
    dueOccurrences({ definition, calendar, since, now, limit: 100 });

  it('is told with its last moment of the day', () => {
    expect(nextMomentOf(daily, calendar, day(25, '08:00'), day(25, '08:00'))).toEqual(day(26, '08:00'));
    expect(nextOccurrenceOf(daily, calendar, day(25, '08:00'), day(25, '08:00'))).toEqual(day(27, '07:00'));
    expect(ask(day(25, '08:00'), day(26, '08:00'))).toEqual({
      request: [],
      skipped: [{ from: day(26, '07:00'), to: day(26, '08:00'), count: 2, reason: 'holiday' }],
      next: day(27, '07:00'),
    });
  });
  it('is less when the schedule counts from the midst of the day', () => {
    expect(ask(day(26, '07:30'), day(26, '08:00')).skipped).toEqual([
      { from: day(26, '08:00'), to: day(26, '08:00'), count: 1, reason: 'holiday' },
    ]);
  });
  it('cuts the answer, so that skips and requests keep their order', () => {
    const first = ask(day(24, '08:00'), day(27, '12:00'));
    expect(first).toEqual({ request: [day(25, '07:00'), day(25, '08:00')], skipped: [], next: day(26, '08:00') });
    expect(ask(day(25, '08:00'), day(27, '12:00'))).toEqual({
      request: [day(27, '07:00'), day(27, '08:00')],
      skipped: [{ from: day(26, '07:00'), to: day(26, '08:00'), count: 2, reason: 'holiday' }],
      next: day(28, '08:00'),
    });
  });
  it('is one stretch beside what was missed, however long the outage', () => {
    const definition = { ...daily, catchUpMinutes: 0 };
    expect(ask(day(22, '12:00'), day(30, '12:00'), definition)).toEqual({
      request: [],
      skipped: [
        { from: day(26, '07:00'), to: day(29, '08:00'), count: 6, reason: 'holiday' },
        { from: day(23, '07:00'), to: day(30, '08:00'), count: 10, reason: 'missed' },
      ],
      next: new Date('2026-12-01T07:00Z'),
    });
  });
  it('is told once a day of a minutely schedule', () => {
    const minutely = { ...daily, recurrence: { type: 'minutes', every: 1 } as const };
    expect(ask(day(25, '23:59'), day(26, '23:59'), minutely)).toEqual({
      request: [],
      skipped: [{ from: day(26, '00:00'), to: day(26, '23:59'), count: 1_440, reason: 'holiday' }],
      next: day(27, '00:00'),
    });
    expect(ask(day(25, '23:59'), day(26, '23:58'), { ...minutely, endsAt: day(26, '12:00').toISOString() })).toEqual({
      request: [],
      skipped: [{ from: day(26, '00:00'), to: day(26, '12:00'), count: 721, reason: 'holiday' }],
      next: null,
    });
  });
  it('is nothing where the occurrence moves, or the calendar is not known', () => {
    const moving = { ...daily, calendar: { ...use, onHoliday: 'next_business_day' as const } };
    expect(ask(day(25, '08:00'), day(26, '23:00'), moving)).toEqual({
      request: [],
      skipped: [],
      next: day(27, '07:00'),
    });
    expect(nextMomentOf(daily, null, day(25, '08:00'), day(25, '08:00'))).toEqual(day(26, '07:00'));
  });
});

describe('what a clock change leaves out', () => {
  it('is told a millisecond before the change, and joins no occurrence at its end', () => {
    const definition = scheduleDefinition({
      recurrence: { type: 'every_days', every: 1, times: ['02:00', '02:30', '03:00'] },
      clockChanges: { skippedTime: 'skip', repeatedTime: 'first' },
    });
    const before = new Date('2026-03-29T00:59:59.999Z');
    const end = new Date('2026-03-29T01:00:00.000Z');
    const since = new Date('2026-03-28T12:00Z');
    expect(dueOccurrences({ definition, calendar: null, since, now: end, limit: 10 })).toEqual({
      request: [end],
      skipped: [{ from: before, to: before, count: 2, reason: 'clock_change' }],
      next: new Date('2026-03-30T00:00:00.000Z'),
    });
  });
});

describe('a long gap', () => {
  const recurrences: Recurrence[] = [
    { type: 'minutes', every: 1 },
    { type: 'cron', expression: '* * * * *' },
    { type: 'cron', expression: '*/7 8-17 * * 1-5' },
    { type: 'hourly', minute: 5 },
    { type: 'daily', time: '02:30' },
    { type: 'monthly', day: 31, time: '02:30' },
  ];
  const now = new Date('2026-11-23T12:00:30Z');

  it.each(recurrences)(
    'of a year ends in one stretch and the next time: %j',
    (recurrence) => {
      const definition = scheduleDefinition({ recurrence, catchUpMinutes: 0 });
      const answer = dueOccurrences({
        definition,
        calendar: null,
        since: new Date('2025-11-23T11:59:59Z'),
        now,
        limit: 10,
      });
      expect(answer.next!.getTime()).toBeGreaterThan(now.getTime());
      expect(answer.skipped[0]!.to.getTime()).toBeLessThan(now.getTime() - 60_000);
      // Walking a year of minutes would take most of a minute.
    },
    10_000,
  );

  it.each(recurrences)('of a fortnight is skipped and requested as walking would have it: %j', (recurrence) => {
    const definition: ScheduleDefinition = scheduleDefinition({ recurrence, catchUpMinutes: 30 });
    const since = new Date('2026-10-20T00:00Z');
    const until = new Date('2026-11-03T12:10Z');
    const walked: Date[] = [];
    for (let next = nextOccurrenceOf(definition, null, since, since); next !== null && next <= until;) {
      walked.push(next);
      next = nextOccurrenceOf(definition, null, since, next);
    }
    const windowStart = new Date(until.getTime() - 30 * 60_000);
    const missed = walked.filter((occurrence) => occurrence < windowStart);
    const answer = dueOccurrences({
      definition,
      calendar: null,
      since,
      now: until,
      limit: 1_000,
    });
    expect(answer.request).toEqual(walked.filter((occurrence) => occurrence >= windowStart));
    expect(answer.skipped).toEqual([{ from: missed[0], to: missed.at(-1), count: missed.length, reason: 'missed' }]);
  });

  it('counts a year of minutes exactly, clock changes included', () => {
    const minutely = (recurrence: Recurrence) =>
      dueOccurrences({
        definition: scheduleDefinition({ recurrence, catchUpMinutes: 0 }),
        calendar: null,
        since: new Date('2025-11-23T11:59:59Z'),
        now,
        limit: 10,
      }).skipped[0]?.count;
    // Up to 11:59 of the last day: 365 days less one minute; cron rests an hour in autumn.
    expect(minutely({ type: 'minutes', every: 1 })).toBe(365 * 1_440);
    expect(minutely({ type: 'cron', expression: '* * * * *' })).toBe(365 * 1_440 - 60);
  });
});
