import type { BusinessCalendar } from '../calendars/business-calendar';
import type { TimeZone } from '../identifiers';
import { millisecondsOf } from '../instants';
import { businessDaysOf, movedDay, movedDays, type BusinessDays } from './business-days';
import { byPolicy, EACH_HOUR, ELAPSED, type ChangeRule } from './clock-times';
import { readCron, type CronRule } from './cron';
import { everyDays, everyWeeks, EPOCH_DAY, monthCycle, monthDays, theseDays } from './day-rules';
import { DAY_MS, dayOf, daysThat, EVERY_DAY, type Day, type DayRule } from './days';
import {
  isTriggered,
  type ClockChanges,
  type DatesRecurrence,
  type MonthDay,
  type Recurrence,
  type TriggeredRecurrence,
} from './recurrence';
import type { HolidayPolicy, ScheduleDefinition } from './schedule-messages';
import { ascendingOnce, elapsedTimes, fixedTimes, timeOfDay, timesByDay, type TimesOfDay } from './times-of-day';
import { firstInstantOf, offsetPeriodAt } from './wall-clock';
import { WallTimes } from './wall-times';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Wall times of a recurrence, and of what a calendar makes of them. */
export interface RecurrenceTimes {
  readonly fires: WallTimes;
  /** Times on days that are no business days, at which nothing fires; null when the schedule leaves out none. */
  readonly onHolidays: WallTimes | null;
  readonly rule: ChangeRule;
}

/** Recurrences that fire by the clock on days by a rule. */
type RuledRecurrence = Exclude<Recurrence, DatesRecurrence | TriggeredRecurrence>;

/**
 * The times of a schedule on the wall of its zone; null when it never fires by the clock. Throws a RangeError for an unknown
 * zone or an invalid recurrence.
 */
export function recurrenceTimes(
  { recurrence, timeZone, startsAt, clockChanges, calendar: use }: ScheduleDefinition,
  calendar: BusinessCalendar | null,
): RecurrenceTimes | null {
  const business = businessDaysOf(calendar);
  // Without the calendar it names, a schedule minds no holidays.
  const policy = use === null || calendar === null ? 'run' : use.onHoliday;
  if (isTriggered(recurrence)) return null;
  if (recurrence.type === 'dates') {
    return { ...timesOfDates(recurrence, policy, business), rule: byPolicy(clockChanges) };
  }
  const start = startsAt === null ? null : wallDayOf(timeZone, millisecondsOf(startsAt));
  const days = daysOf(recurrence, start, business);
  const times = timesOf(recurrence, timeZone);
  const leftOut = daysThat(days, (day) => movedDay(policy, business, day) === null);
  return {
    fires: new WallTimes(movedDays(policy, business, days), times),
    onHolidays: policy === 'run' ? null : new WallTimes(leftOut, times),
    rule: changeRuleOf(recurrence, clockChanges),
  };
}

/** The days of a schedule before a calendar moves them; null when it never fires by the clock. */
export function ruledDays(
  { recurrence, timeZone, startsAt }: ScheduleDefinition,
  calendar: BusinessCalendar | null,
): DayRule | null {
  if (isTriggered(recurrence)) return null;
  if (recurrence.type === 'dates') {
    return theseDays(ascendingOnce(recurrence.dates.flatMap((date) => dayOf(date.slice(0, 10)) ?? [])));
  }
  const start = startsAt === null ? null : wallDayOf(timeZone, millisecondsOf(startsAt));
  return daysOf(recurrence, start, businessDaysOf(calendar));
}

function daysOf(recurrence: RuledRecurrence, start: Day | null, business: BusinessDays): DayRule {
  switch (recurrence.type) {
    case 'minutes':
    case 'hourly':
    case 'every_hours':
    case 'daily':
      return EVERY_DAY;
    case 'weekly':
      return everyWeeks(1, recurrence.weekdays, null);
    case 'monthly': {
      const { day } = recurrence;
      const on: MonthDay = day === 'last' ? { type: 'last_day', before: 0 } : { type: 'day', day };
      return monthDays({ every: 1, phase: 0 }, on, business);
    }
    case 'cron':
      return cronRuleOf(recurrence.expression).days;
    case 'every_days':
      return everyDays(recurrence.every, start);
    case 'every_weeks':
      return everyWeeks(recurrence.every, recurrence.weekdays, start);
    case 'every_months':
      return monthDays(monthCycle(recurrence.every, 1, 1, start), recurrence.on, business);
    case 'every_quarters':
      return monthDays(monthCycle(recurrence.every, 3, recurrence.month, start), recurrence.on, business);
    case 'every_years':
      return monthDays(monthCycle(recurrence.every, 12, recurrence.month, start), recurrence.on, business);
  }
}

function timesOf(recurrence: RuledRecurrence, zone: TimeZone): TimesOfDay {
  switch (recurrence.type) {
    case 'minutes':
      return elapsedTimes(recurrence.every * MINUTE, firstInstantOf(zone, EPOCH_DAY * DAY_MS));
    case 'hourly':
      return fixedTimes(hoursOf(1, recurrence.minute));
    case 'every_hours':
      return fixedTimes(hoursOf(recurrence.every, recurrence.minute));
    case 'daily':
    case 'weekly':
    case 'monthly':
      return fixedTimes([timeOfDay(recurrence.time)]);
    case 'cron':
      return fixedTimes(cronRuleOf(recurrence.expression).times);
    case 'every_days':
    case 'every_weeks':
    case 'every_months':
    case 'every_quarters':
    case 'every_years':
      return fixedTimes(recurrence.times.map(timeOfDay));
  }
}

function changeRuleOf({ type }: RuledRecurrence, clockChanges: ClockChanges): ChangeRule {
  if (type === 'minutes') return ELAPSED;
  return type === 'hourly' || type === 'every_hours' ? EACH_HOUR : byPolicy(clockChanges);
}

function hoursOf(every: number, minute: number): number[] {
  return Array.from({ length: Math.ceil(24 / every) }, (_, place) => place * every * HOUR + minute * MINUTE);
}

function cronRuleOf(expression: string): CronRule {
  const reading = readCron(expression);
  if (!reading.ok) throw new RangeError(reading.problem.message);
  return reading.rule;
}

function wallDayOf(zone: TimeZone, instant: number): Day {
  return Math.floor((instant + offsetPeriodAt(zone, instant).offset) / DAY_MS);
}

/** The times of a list move with their days, each to its own business day. */
function timesOfDates({ dates }: DatesRecurrence, policy: HolidayPolicy, business: BusinessDays) {
  const fires = new Map<Day, number[]>();
  const leftOut = new Map<Day, number[]>();
  for (const date of dates) {
    const day = dayOf(date.slice(0, 10));
    if (day === null) throw new RangeError(`no such date: ${date}`);
    const moved = movedDay(policy, business, day);
    const times = moved === null ? leftOut : fires;
    times.set(moved ?? day, [...(times.get(moved ?? day) ?? []), timeOfDay(date.slice(11))]);
  }
  return { fires: listed(fires), onHolidays: leftOut.size > 0 ? listed(leftOut) : null };
}

function listed(times: ReadonlyMap<Day, readonly number[]>): WallTimes {
  const byDay = new Map([...times].map(([day, ofDay]) => [day, fixedTimes(ofDay)]));
  return new WallTimes(theseDays(ascendingOnce([...times.keys()])), timesByDay(byDay));
}
