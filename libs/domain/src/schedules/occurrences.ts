import type { BusinessCalendar } from '../calendars/business-calendar';
import type { ScheduleDefinition } from './schedule-messages';
import { Timetable } from './timetable';

/*
 * In all of these, `calendar` is the one that the definition names, with the holidays that it minds; null: it minds none, and
 * business days are Monday to Friday. They throw a RangeError for an unknown zone or an invalid recurrence, which
 * `validateSchedule` finds beforehand. What lies more than thirty years ahead does not count.
 */

/**
 * The first occurrence of a schedule strictly after an instant, to the millisecond, inside the schedule's window (both ends
 * belong to it) and after the define, revise or resume from which it counts; null when none is left, and for a recurrence that
 * fires when something else happens.
 */
export function nextOccurrenceOf(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  effectiveFrom: Date,
  after: Date,
): Date | null {
  const timetable = new Timetable(definition, calendar);
  const floor = Math.max(after.getTime(), effectiveFrom.getTime());
  return dateOrNull(timetable.fires.next(floor, timetable.horizonOf(floor)));
}

/**
 * The next instant at which an occurrence falls, or at which one that is left out is to be told: when a scheduler has to look at
 * the schedule again. What a clock change leaves out is told a millisecond before the change, what a holiday leaves out with the
 * last of its times. Otherwise like `nextOccurrenceOf`.
 */
export function nextMomentOf(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  effectiveFrom: Date,
  after: Date,
): Date | null {
  const floor = Math.max(after.getTime(), effectiveFrom.getTime());
  return dateOrNull(new Timetable(definition, calendar).nextMoment(floor));
}

/** Whether a holiday or a clock change may leave out times of a schedule. Else each of its moments is an occurrence. */
export function mayLeaveOut({ clockChanges, calendar }: ScheduleDefinition): boolean {
  return clockChanges.skippedTime === 'skip' || (calendar !== null && calendar.onHoliday !== 'run');
}

/** The next `count` occurrences after an instant, fewer when the schedule ends before. */
export function upcomingOccurrences(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  after: Date,
  count: number,
): Date[] {
  const timetable = new Timetable(definition, calendar);
  const occurrences: Date[] = [];
  let last = after.getTime();
  while (occurrences.length < count) {
    const next = timetable.fires.next(last, timetable.horizonOf(last));
    if (next === null) break;
    occurrences.push(new Date(next));
    last = next;
  }
  return occurrences;
}

/**
 * How many occurrences of a schedule lie after an instant (excluded) and up to another (included). Days are walked, their times
 * are counted: a minutely schedule over a year takes milliseconds.
 */
export function countOccurrences(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  after: Date,
  until: Date,
): number {
  return new Timetable(definition, calendar).fires.count(after.getTime(), until.getTime());
}

function dateOrNull(instant: number | null): Date | null {
  return instant === null ? null : new Date(instant);
}
