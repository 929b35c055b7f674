import fc from 'fast-check';
import { scheduleDefinition } from '../testing/samples';
import * as occurrences from './occurrences';
import type { Recurrence } from './recurrence';
import { HOLIDAY_POLICIES } from './schedule-messages';

function nextOccurrence(recurrence: Recurrence, timeZone: string, after: Date): Date | null {
  return occurrences.nextOccurrenceOf(scheduleDefinition({ recurrence, timeZone }), null, after, after);
}

function countOccurrences(recurrence: Recurrence, timeZone: string, after: Date, until: Date): number {
  return occurrences.countOccurrences(scheduleDefinition({ recurrence, timeZone }), null, after, until);
}

const daily = (time: string): Recurrence => ({ type: 'daily', time });
const cron = (expression: string): Recurrence => ({ type: 'cron', expression });
const hourly = (minute: number): Recurrence => ({ type: 'hourly', minute });

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Havana',
  'Antarctica/Troll',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'Africa/Casablanca',
  'UTC',
];
const MINUTE = 60_000;

const formatters = new Map<string, Intl.DateTimeFormat>();
/** What the wall shows, told by the platform and not by the code under test. */
function wallOf(zone: string, instant: number): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  const part = Object.fromEntries(formatter.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute']);
}

interface Rule {
  readonly recurrence: Recurrence;
  /** Whether it names a wall time, given to the minute. */
  readonly names: (wall: Date) => boolean;
}

const two = (value: number) => String(value).padStart(2, '0');
const isTime = (wall: Date, time: string) => wall.toISOString().slice(11, 16) === time;
const lastDay = (wall: Date) => new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate();

const times = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${two(h)}:${two(m)}`);
const rules: fc.Arbitrary<Rule> = fc.oneof(
  times.map((time): Rule => ({ recurrence: daily(time), names: (wall) => isTime(wall, time) })),
  fc
    .tuple(fc.uniqueArray(fc.constantFrom(1, 2, 3, 4, 5, 6, 7) as fc.Arbitrary<1>, { minLength: 1 }), times)
    .map(([weekdays, time]): Rule => ({
      recurrence: { type: 'weekly', weekdays, time },
      names: (wall) => isTime(wall, time) && (weekdays as number[]).includes(wall.getUTCDay() || 7),
    })),
  fc.tuple(fc.integer({ min: 1, max: 31 }), times).map(([day, time]): Rule => ({
    recurrence: { type: 'monthly', day, time },
    names: (wall) => isTime(wall, time) && wall.getUTCDate() === Math.min(day, lastDay(wall)),
  })),
  fc.integer({ min: 1, max: 59 }).map((step): Rule => ({
    recurrence: cron(`*/${step} * * * *`),
    names: (wall) => wall.getUTCMinutes() % step === 0,
  })),
  fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 22 })).map(([minute, hour]): Rule => ({
    recurrence: cron(`${minute} ${hour}-23 * * 1-5`),
    names: (wall) =>
      wall.getUTCMinutes() === minute && wall.getUTCHours() >= hour && wall.getUTCDay() >= 1 && wall.getUTCDay() <= 5,
  })),
);

/** Minutes near the clock changes of these zones, and others. */
const moments = fc
  .tuple(
    fc.constantFrom(
      '2026-03-29T01:00Z',
      '2026-10-25T01:00Z',
      '2026-03-08T07:00Z',
      '2026-11-01T06:00Z',
      '2026-10-03T15:30Z',
      '2026-04-04T15:00Z',
      '2018-11-04T03:00Z',
      '2018-02-18T02:00Z',
      '2011-12-30T10:00Z',
      '2026-06-15T12:00Z',
    ),
    fc.integer({ min: -1_500, max: 1_500 }),
  )
  .map(([change, minutes]) => Date.parse(change) + minutes * MINUTE);

/** The definition of an occurrence, by walking: the minutes at which the wall first reaches or passes a time that is named. */
function walk({ names }: Rule, zone: string, after: number, until: number): number[] {
  const found: number[] = [];
  let reached = -Infinity;
  for (let instant = after - 27 * 60 * MINUTE; instant <= until; instant += MINUTE) {
    const wall = wallOf(zone, instant);
    let fires = false;
    for (let time = Math.max(reached + MINUTE, wall - 25 * 60 * MINUTE); time <= wall; time += MINUTE) {
      fires ||= names(new Date(time));
    }
    if (fires && instant > after) found.push(instant);
    reached = Math.max(reached, wall);
  }
  return found;
}

describe('any recurrence on the wall, in any zone', () => {
  it('fires just when the wall first reaches or passes one of its times', () => {
    fc.assert(
      fc.property(rules, fc.constantFrom(...ZONES), moments, (rule, zone, after) => {
        const until = after + 30 * 60 * MINUTE;
        const expected = walk(rule, zone, after, until);
        const found: number[] = [];
        for (let last = new Date(after); ;) {
          const next = nextOccurrence(rule.recurrence, zone, last);
          if (next === null || next.getTime() > until) break;
          found.push(next.getTime());
          last = next;
        }
        expect(found).toEqual(expected);
        expect(countOccurrences(rule.recurrence, zone, new Date(after), new Date(until))).toBe(expected.length);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('any recurrence', () => {
  const all: fc.Arbitrary<Recurrence> = fc.oneof(
    rules.map(({ recurrence }) => recurrence),
    fc.integer({ min: 1, max: 1_440 }).map((every): Recurrence => ({ type: 'minutes', every })),
    fc.integer({ min: 0, max: 59 }).map(hourly),
  );
  const anyTime = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2045, 0, 1) });

  it('comes strictly later, and is the same asked from any time since the one before', () => {
    fc.assert(
      fc.property(
        all,
        fc.constantFrom(...ZONES),
        fc.oneof(moments, anyTime),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (recurrence, zone, after, share) => {
          const first = nextOccurrence(recurrence, zone, new Date(after))!.getTime();
          expect(first).toBeGreaterThan(after);
          const between = Math.floor(after + (first - 1 - after) * share);
          expect(nextOccurrence(recurrence, zone, new Date(between))!.getTime()).toBe(first);
          expect(nextOccurrence(recurrence, zone, new Date(first - 1))!.getTime()).toBe(first);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is counted as it is walked', () => {
    fc.assert(
      fc.property(
        all,
        fc.constantFrom(...ZONES),
        fc.oneof(moments, anyTime),
        fc.integer({ min: 1, max: 300 }),
        (recurrence, zone, after, count) => {
          let last = new Date(after);
          for (let index = 0; index < count; index += 1) last = nextOccurrence(recurrence, zone, last)!;
          expect(countOccurrences(recurrence, zone, new Date(after), last)).toBe(count);
          expect(countOccurrences(recurrence, zone, new Date(after), new Date(last.getTime() - 1))).toBe(count - 1);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('hourly is an hour after the one before, but for a change by part of an hour', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 }),
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'America/Havana'),
        moments,
        (minute, zone, after) => {
          const first = nextOccurrence(hourly(minute), zone, new Date(after))!;
          const second = nextOccurrence(hourly(minute), zone, first)!;
          expect(second.getTime() - first.getTime()).toBe(60 * MINUTE);
          expect(new Date(wallOf(zone, first.getTime())).getUTCMinutes()).toBe(minute);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a search', () => {
  const time = ['02:30'];
  const months = fc.integer({ min: 1, max: 12 });
  const rare: fc.Arbitrary<Recurrence> = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 10 }), months, fc.integer({ min: 22, max: 23 }))
      .map(([every, month, nth]): Recurrence => ({
        type: 'every_years',
        every,
        month,
        on: { type: 'business_day', nth },
        times: time,
      })),
    fc.tuple(fc.integer({ min: 29, max: 31 }), months).map(([day, month]) => cron(`30 2 ${day} ${month} *`)),
    fc.constantFrom(cron('30 2 30 2 *'), cron('* * * * *'), hourly(0), daily('02:30')),
    fc.constant({ type: 'minutes', every: 1 } as const),
    fc.constant({ type: 'dates', dates: ['2011-12-30T02:30', '2026-03-29T02:30'] } as const),
  );
  /** From calendars without a business day to those with a single weekday. */
  const calendars = fc
    .uniqueArray(fc.constantFrom(1, 2, 3, 4, 5, 6, 7), { minLength: 5 })
    .map((weekend) => ({ weekend, holidays: new Set(['2026-12-25']) }));

  it('ends within thirty years, whatever never comes', () => {
    fc.assert(
      fc.property(
        rare,
        fc.constantFrom(...ZONES),
        calendars,
        fc.constantFrom(...HOLIDAY_POLICIES),
        fc.constantFrom('shift', 'skip'),
        (recurrence, timeZone, calendar, onHoliday, skippedTime) => {
          const definition = scheduleDefinition({
            recurrence,
            timeZone,
            clockChanges: { skippedTime, repeatedTime: 'second' },
            calendar: { calendarId: '00000000-0000-4000-8000-000000000001', onHoliday },
          });
          const after = new Date('2026-11-23T12:00Z');
          const end = Date.UTC(2057, 0, 1);
          const next = occurrences.nextOccurrenceOf(definition, calendar, after, after);
          const moment = occurrences.nextMomentOf(definition, calendar, after, after);
          expect(next?.getTime() ?? end).toBeLessThanOrEqual(end);
          expect(moment?.getTime() ?? end).toBeLessThanOrEqual(next?.getTime() ?? end);
          if (!occurrences.mayLeaveOut(definition)) expect(moment).toEqual(next);
          const none = calendar.weekend.length === 7 && onHoliday !== 'run';
          if (none) expect(next).toBeNull();
        },
      ),
      { numRuns: 150 },
    );
  });
});
