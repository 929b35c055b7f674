import type {
  BusinessCalendar,
  ClockChanges,
  HolidayPolicy,
  MonthDay,
  Recurrence,
  ScheduleDefinition,
  Weekday,
} from '#domain';
import { scheduleDefinition } from '#domain/testing';
import { naiveDate, type NaiveDate } from './naive-days';
import type { CronMeaning } from './naive-times';

const MINUTE = 60_000;
const DAY = 86_400_000;

export interface RandomSchedule {
  readonly definition: ScheduleDefinition;
  readonly cron: CronMeaning | null;
  readonly calendar: BusinessCalendar | null;
  /** How many days it can be watched without meeting too many occurrences. */
  readonly days: number;
}

/** Chance for one case: everything in it follows from the numbers that it is given. */
export class Chance {
  constructor(readonly number: () => number) {}

  integer(least: number, most: number): number {
    return least + Math.floor(this.number() * (most - least + 1));
  }

  from<Value>(values: readonly Value[]): Value {
    return values[this.integer(0, values.length - 1)]!;
  }

  some<Value>(values: readonly Value[], most: number): Value[] {
    const count = this.integer(1, most);
    return Array.from({ length: count }, () => this.from(values));
  }

  happens(share: number): boolean {
    return this.number() < share;
  }
}

/** A schedule of any kind and policy, for a time around an instant. */
export function randomSchedule(chance: Chance, timeZone: string, around: number): RandomSchedule {
  const calendar = chance.happens(0.5) ? randomCalendar(chance, around) : null;
  const onHoliday = chance.from<HolidayPolicy>(['run', 'skip', 'previous_business_day', 'next_business_day']);
  const clockChanges: ClockChanges = {
    skippedTime: chance.from(['shift', 'skip']),
    repeatedTime: chance.from(['first', 'second', 'both']),
  };
  const { recurrence, cron = null, days } = chance.from(KINDS)(chance, around);
  const shifted = (most: number) => new Date(around + chance.integer(-most, most) * 15 * MINUTE).toISOString();
  const definition = scheduleDefinition({
    recurrence,
    timeZone,
    clockChanges,
    catchUp: chance.from(['all', 'latest', 'none']),
    catchUpMinutes: chance.from([0, 60, 3 * 1440, 10_080]),
    calendar: calendar && { calendarId: '00000000-0000-4000-8000-000000000001', onHoliday },
    startsAt: chance.happens(0.4) ? shifted(chance.from([200, 40_000])) : null,
    endsAt: chance.happens(0.1) ? shifted(1000) : null,
  });
  return { definition, cron, calendar, days };
}

type Kind = (chance: Chance, around: number) => { recurrence: Recurrence; cron?: CronMeaning; days: number };

const KINDS: readonly Kind[] = [
  (chance) => {
    const every = chance.from([1, 7, 30, 45, 60, 1440, chance.integer(1, 1440)]);
    return { recurrence: { type: 'minutes', every }, days: every < 15 ? 2 : 8 };
  },
  (chance) => ({
    recurrence: { type: 'hourly', minute: chance.from([0, 15, 30, 45, chance.integer(0, 59)]) },
    days: 4,
  }),
  (chance) => ({
    recurrence: { type: 'every_hours', every: chance.integer(1, 23), minute: chance.from([0, 15, 30, 59]) },
    days: 4,
  }),
  (chance) => ({ recurrence: { type: 'daily', time: time(chance) }, days: 60 }),
  (chance) => ({ recurrence: { type: 'weekly', weekdays: weekdays(chance), time: time(chance) }, days: 150 }),
  (chance) => ({
    recurrence: { type: 'monthly', day: chance.from([1, 15, 28, 29, 30, 31, 'last']), time: time(chance) },
    days: 700,
  }),
  (chance) => ({ ...cron(chance), days: chance.from([2, 5, 40]) }),
  (chance) => ({ ...cron(chance), days: 4 }),
  (chance) => ({ recurrence: { type: 'every_days', every: chance.integer(1, 40), times: times(chance) }, days: 200 }),
  (chance) => ({
    recurrence: { type: 'every_weeks', every: chance.integer(1, 5), weekdays: weekdays(chance), times: times(chance) },
    days: 200,
  }),
  (chance) => ({
    recurrence: { type: 'every_months', every: chance.integer(1, 14), on: monthDay(chance), times: times(chance) },
    days: 900,
  }),
  (chance) => ({
    recurrence: {
      type: 'every_quarters',
      every: chance.integer(1, 4),
      month: chance.integer(1, 3),
      on: monthDay(chance),
      times: times(chance),
    },
    days: 900,
  }),
  (chance) => ({
    recurrence: {
      type: 'every_years',
      every: chance.integer(1, 2),
      month: chance.integer(1, 12),
      on: monthDay(chance),
      times: times(chance),
    },
    days: 1200,
  }),
  (chance, around) => {
    const date = () => new Date(around + chance.integer(-20, 20) * DAY).toISOString().slice(0, 10);
    const dates = Array.from({ length: chance.integer(1, 12) }, () => `${date()}T${time(chance)}`);
    return { recurrence: { type: 'dates', dates }, days: 30 };
  },
];

/** Often at night, where clocks change. */
function time(chance: Chance): string {
  const minutes = chance.happens(0.7) ? chance.integer(0, 16) * 15 : chance.integer(0, 1439);
  const late = chance.happens(0.1) ? 1439 - minutes : minutes;
  return `${String(Math.floor(late / 60)).padStart(2, '0')}:${String(late % 60).padStart(2, '0')}`;
}

function times(chance: Chance): string[] {
  return Array.from({ length: chance.integer(1, 4) }, () => time(chance));
}

function weekdays(chance: Chance): Weekday[] {
  return [...new Set(chance.some<Weekday>([1, 2, 3, 4, 5, 6, 7], 4))];
}

function monthDay(chance: Chance): MonthDay {
  return chance.from<MonthDay>([
    { type: 'day', day: chance.from([1, 28, 29, 30, 31, chance.integer(1, 31)]) },
    { type: 'last_day', before: chance.integer(0, 27) },
    { type: 'weekday', weekday: chance.from([1, 2, 3, 4, 5, 6, 7]), nth: chance.from([1, 2, 3, 4, 5, 'last']) },
    { type: 'business_day', nth: chance.integer(1, 23) },
    { type: 'last_business_day', before: chance.integer(0, 22) },
  ]);
}

function randomCalendar(chance: Chance, around: number): BusinessCalendar {
  const holidays = new Set<string>();
  for (let count = chance.integer(0, 60); count > 0; count -= 1) {
    const first = around + chance.integer(-500, 500) * DAY;
    const length = chance.happens(0.1) ? chance.integer(2, 9) : 1;
    for (let day = 0; day < length; day += 1) holidays.add(new Date(first + day * DAY).toISOString().slice(0, 10));
  }
  const weekend = chance.from<readonly Weekday[]>([[6, 7], [6, 7], [5, 6], [7], [], [1, 3, 5, 6, 7]]);
  return { weekend, holidays };
}

/** An expression and, told apart from it, what it means. */
function cron(chance: Chance): { recurrence: Recurrence; cron: CronMeaning } {
  const minute = numbers(chance, 59);
  const hour = numbers(chance, 23);
  const [dayText, monthText, weekdayText, hasDate] = chance.from(CRON_DAYS)(chance);
  const expression = `${minute.text} ${hour.text} ${dayText} ${monthText} ${weekdayText}`;
  return { recurrence: { type: 'cron', expression }, cron: { minutes: minute.values, hours: hour.values, hasDate } };
}

function numbers(chance: Chance, most: number): { text: string; values: number[] } {
  const all = Array.from({ length: most + 1 }, (_, value) => value);
  const step = chance.from(most === 23 ? [2, 5, 7, 15] : [5, 7, 15, 30]);
  const [one, other] = [chance.integer(0, most), chance.integer(0, most)];
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  return chance.from([
    { text: '*', values: all },
    { text: String(one), values: [one] },
    { text: `*/${step}`, values: all.filter((value) => value % step === 0) },
    { text: `${low}-${high}`, values: all.filter((value) => value >= low && value <= high) },
    { text: `${low}-${high}/${step}`, values: all.filter((v) => v >= low && v <= high && (v - low) % step === 0) },
    { text: `${one},${other}`, values: [...new Set([one, other])] },
  ]);
}

type CronDays = (chance: Chance) => readonly [string, string, string, (date: NaiveDate) => boolean];

const isLastOfMonth = ({ time }: NaiveDate) => naiveDate(time + DAY).day === 1;

const CRON_DAYS: readonly CronDays[] = [
  () => ['*', '*', '*', () => true],
  () => ['*', '*', '1-5', ({ weekday }) => weekday <= 5],
  () => ['*', '*', '0,6', ({ weekday }) => weekday >= 6],
  () => ['L', '*', '*', isLastOfMonth],
  (chance) => {
    const day = chance.integer(1, 31);
    const month = chance.integer(1, 12);
    return [String(day), String(month), '*', (date) => date.day === day && date.month === month];
  },
  (chance) => {
    const nth = chance.integer(1, 4);
    return ['*', '*', `2#${nth}`, ({ weekday, day }) => weekday === 2 && Math.ceil(day / 7) === nth];
  },
  (chance) => {
    const day = chance.integer(1, 28);
    return [String(day), '*', '5', (date) => date.day === day || date.weekday === 5];
  },
];
