import type { BusinessCalendar, HolidayPolicy, MonthDay, Recurrence } from '#domain';

const DAY = 86_400_000;

/** A date of the calendar by its fields; `time` is its midnight as if it were UTC. */
export interface NaiveDate {
  readonly time: number;
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 1 is Monday. */
  readonly weekday: number;
}

export function naiveDate(time: number): NaiveDate {
  const date = new Date(Math.floor(time / DAY) * DAY);
  return {
    time: date.getTime(),
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay() || 7,
  };
}

export function isBusinessDay({ time, weekday }: NaiveDate, calendar: BusinessCalendar): boolean {
  const isWeekend = calendar.weekend.some((day) => day === weekday);
  return !isWeekend && !calendar.holidays.has(new Date(time).toISOString().slice(0, 10));
}

/** The date itself or the nearest business day in the policy's direction; null when it is left out. */
export function naivelyMoved(date: NaiveDate, policy: HolidayPolicy, calendar: BusinessCalendar): NaiveDate | null {
  if (policy === 'run' || isBusinessDay(date, calendar)) return date;
  if (policy === 'skip') return null;
  let moved = date;
  while (!isBusinessDay(moved, calendar)) moved = naiveDate(moved.time + (policy === 'next_business_day' ? DAY : -DAY));
  return moved;
}

type DayRecurrence = Exclude<
  Recurrence,
  { type: 'minutes' | 'hourly' | 'every_hours' | 'cron' | 'dates' | 'after_schedule' | 'dataset_refreshed' }
>;

/** Whether a recurrence has times on a date, from the words of its definition. */
export function hasDate(
  recurrence: DayRecurrence,
  date: NaiveDate,
  start: NaiveDate | null,
  calendar: BusinessCalendar,
): boolean {
  const anchor = start ?? naiveDate(Date.UTC(2000, 0, 1));
  const months = date.year * 12 + date.month - (anchor.year * 12 + anchor.month);
  switch (recurrence.type) {
    case 'daily':
      return true;
    case 'weekly':
      return recurrence.weekdays.some((day) => day === date.weekday);
    case 'monthly': {
      const length = naiveMonth(date).length;
      return date.day === (recurrence.day === 'last' ? length : Math.min(recurrence.day, length));
    }
    case 'every_days':
      return isMultiple((date.time - anchor.time) / DAY, recurrence.every);
    case 'every_weeks': {
      const monday = start ? start.time - (start.weekday - 1) * DAY : Date.UTC(2000, 0, 3);
      const weeks = Math.floor((date.time - monday) / (7 * DAY));
      return isMultiple(weeks, recurrence.every) && recurrence.weekdays.some((day) => day === date.weekday);
    }
    case 'every_months':
      return isMultiple(months, recurrence.every) && isOn(recurrence.on, date, calendar);
    case 'every_quarters': {
      const quarter = (of: NaiveDate) => of.year * 4 + Math.ceil(of.month / 3);
      return (
        isMultiple(quarter(date) - quarter(anchor), recurrence.every) &&
        (date.month - 1) % 3 === recurrence.month - 1 &&
        isOn(recurrence.on, date, calendar)
      );
    }
    case 'every_years':
      return (
        isMultiple(date.year - anchor.year, recurrence.every) &&
        date.month === recurrence.month &&
        isOn(recurrence.on, date, calendar)
      );
  }
}

function isOn(on: MonthDay, date: NaiveDate, calendar: BusinessCalendar): boolean {
  const month = naiveMonth(date);
  const among = (days: readonly NaiveDate[], place: number) => days.at(place)?.day === date.day;
  switch (on.type) {
    case 'day':
      return date.day === Math.min(on.day, month.length);
    case 'last_day':
      return date.day === month.length - on.before;
    case 'weekday': {
      const days = month.filter(({ weekday }) => weekday === on.weekday);
      return among(days, on.nth === 'last' ? -1 : on.nth - 1);
    }
    case 'business_day':
      return among(
        month.filter((day) => isBusinessDay(day, calendar)),
        on.nth - 1,
      );
    case 'last_business_day':
      return among(
        month.filter((day) => isBusinessDay(day, calendar)),
        -1 - on.before,
      );
  }
}

function naiveMonth({ year, month }: NaiveDate): NaiveDate[] {
  const first = Date.UTC(year, month - 1, 1);
  const days = (Date.UTC(year, month, 1) - first) / DAY;
  return Array.from({ length: days }, (_, place) => naiveDate(first + place * DAY));
}

function isMultiple(count: number, of: number): boolean {
  return Math.abs(count % of) === 0;
}
