import type { BusinessCalendar } from '../calendars/business-calendar';
import { businessDaysOf, movedDay, type BusinessDays } from './business-days';
import { DAY_MS, type Day, type DayRule } from './days';
import { ruledDays } from './recurrence-times';
import type { HolidayPolicy, ScheduleDefinition } from './schedule-messages';
import { firstInstantOf, offsetPeriodAt } from './wall-clock';

export interface CalendarRevision {
  readonly before: BusinessCalendar;
  readonly after: BusinessCalendar;
}

/**
 * Up to when a schedule's occurrences are settled once its calendar was revised, from when they were by the calendar before. An
 * occurrence that has run, and that the calendar now moves to a later day, does not run again there, unless it meets one that has
 * not run.
 */
export function settledAfterRevision(
  definition: ScheduleDefinition,
  { before, after }: CalendarRevision,
  settledTo: Date,
): Date {
  const policy = definition.calendar?.onHoliday;
  if (policy !== 'previous_business_day' && policy !== 'next_business_day') return settledTo;
  const rule = ruledDays(definition, before);
  if (rule === null) return settledTo;
  const wall = settledTo.getTime() + offsetPeriodAt(definition.timeZone, settledTo.getTime()).offset;
  const day = Math.floor(wall / DAY_MS);
  const origin = originOf(policy, businessDaysOf(before), rule, day);
  const business = businessDaysOf(after);
  const moved = origin === null ? null : movedDay(policy, business, origin);
  if (origin === null || moved === null || moved <= day || meetsAnother(policy, business, rule, origin, moved)) {
    return settledTo;
  }
  return new Date(firstInstantOf(definition.timeZone, wall + (moved - day) * DAY_MS));
}

/** The day of the rule for which an occurrence took place: of several that meet there the last, but not one still to come. */
function originOf(policy: HolidayPolicy, business: BusinessDays, rule: DayRule, day: Day): Day | null {
  const isMovedHere = (origin: Day) => movedDay(policy, business, origin) === day;
  if (policy === 'previous_business_day') {
    const last = (business.onOrAfter(day + 1) ?? day + 1) - 1;
    const first = rule.next(day - 1, last);
    return first !== null && isMovedHere(first) ? first : null;
  }
  let latest: Day | null = null;
  const before = business.onOrBefore(day - 1) ?? day - 1;
  for (let origin = rule.next(before, day); origin !== null; origin = rule.next(origin, day)) {
    if (isMovedHere(origin)) latest = origin;
  }
  return latest;
}

function meetsAnother(policy: HolidayPolicy, business: BusinessDays, rule: DayRule, origin: Day, moved: Day): boolean {
  const last = (business.onOrAfter(moved + 1) ?? moved + 1) - 1;
  const following = rule.next(origin, Math.max(moved, last));
  return following !== null && movedDay(policy, business, following) === moved;
}
