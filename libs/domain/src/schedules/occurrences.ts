import type { BusinessCalendar } from '../calendars/business-calendar';
import type { TimeZone } from '../identifiers';
import { millisecondsOf } from '../instants';
import { minutesAnchor, nextOfHours, nextOfMinutes } from './elapsed-times';
import { isSimple, type Recurrence } from './recurrence';
import type { ScheduleDefinition } from './schedule-messages';
import { firstInstantOf, latestWallTime, offsetPeriodAt } from './wall-clock';
import { countOfCycle, countWallTimes, nextWallTime, type WallRecurrence } from './wall-times';

/*
 * One rule makes wall times into instants, for every kind of recurrence, cron included: a wall time fires when the clock on
 * the wall first reaches or passes it. So one that comes twice fires the first time, one that is left out fires at the end of
 * the gap, and several that are left out by the same gap fire there once, together. A cron of many times a day therefore rests
 * while the clock repeats an hour: a minute step in a day of 25 hours fires as often as in one of 24. Whoever wants elapsed time instead
 * takes the recurrences `minutes` or `hourly`.
 */

/**
 * The first occurrence strictly after an instant, to the millisecond; null when the recurrence never fires again. Throws a
 * RangeError for an unknown zone or an invalid recurrence: `validateSchedule` finds these beforehand.
 */
export function nextOccurrence(recurrence: Recurrence, timeZone: TimeZone, after: Date): Date | null {
  const next = nextInstant(recurrence, timeZone, after.getTime());
  return next === null ? null : new Date(next);
}

/**
 * The first occurrence of a schedule strictly after an instant, inside the schedule's window (both ends belong to it) and
 * after the define, revise or resume from which it counts; null when none is left.
 */
export function nextOccurrenceOf(
  definition: ScheduleDefinition,
  _calendar: BusinessCalendar | null,
  effectiveFrom: Date,
  after: Date,
): Date | null {
  const start = definition.startsAt === null ? -Infinity : millisecondsOf(definition.startsAt) - 1;
  const end = definition.endsAt === null ? Infinity : millisecondsOf(definition.endsAt);
  const floor = Math.max(after.getTime(), effectiveFrom.getTime(), start);
  const next = floor < end ? nextInstant(definition.recurrence, definition.timeZone, floor) : null;
  return next === null || next > end ? null : new Date(next);
}

/**
 * The next instant at which an occurrence falls or is left out: when a scheduler has to look at the schedule again. Otherwise
 * like `nextOccurrenceOf`.
 */
export function nextMomentOf(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  effectiveFrom: Date,
  after: Date,
): Date | null {
  return nextOccurrenceOf(definition, calendar, effectiveFrom, after);
}

/** The next `count` occurrences after an instant, fewer when the schedule ends before. */
export function upcomingOccurrences(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  after: Date,
  count: number,
): Date[] {
  const occurrences: Date[] = [];
  let next = nextOccurrenceOf(definition, calendar, after, after);
  while (next !== null && occurrences.length < count) {
    occurrences.push(next);
    next = nextOccurrenceOf(definition, calendar, after, next);
  }
  return occurrences;
}

/**
 * How many occurrences lie after an instant (excluded) and up to another (included). Counted, not walked, save for `hourly`:
 * a minutely schedule over a year takes milliseconds.
 */
export function countOccurrences(recurrence: Recurrence, timeZone: TimeZone, after: Date, until: Date): number {
  const [from, to] = [after.getTime(), until.getTime()];
  if (to <= from || !isSimple(recurrence)) return 0;
  switch (recurrence.type) {
    case 'minutes':
      return countOfCycle(minutesAnchor(timeZone), recurrence.every * 60_000, from, to);
    case 'hourly': {
      let count = 0;
      const next = (instant: number) => nextOfHours(recurrence.minute, timeZone, instant);
      for (let instant = next(from); instant <= to; instant = next(instant)) count += 1;
      return count;
    }
    case 'daily':
    case 'weekly':
    case 'monthly':
    case 'cron': {
      const walls = countWallTimes(recurrence, latestWallTime(timeZone, from), latestWallTime(timeZone, to));
      return walls - countJoinedByGaps(recurrence, timeZone, from, to);
    }
  }
}

function nextInstant(recurrence: Recurrence, zone: TimeZone, after: number): number | null {
  if (!isSimple(recurrence)) return null;
  switch (recurrence.type) {
    case 'minutes':
      return nextOfMinutes(recurrence.every, zone, after);
    case 'hourly':
      return nextOfHours(recurrence.minute, zone, after);
    case 'daily':
    case 'weekly':
    case 'monthly':
    case 'cron': {
      const wall = nextWallTime(recurrence, latestWallTime(zone, after));
      return wall === null ? null : firstInstantOf(zone, wall);
    }
  }
}

/** How many wall times more than one each gap makes fire at its end. */
function countJoinedByGaps(recurrence: WallRecurrence, zone: TimeZone, after: number, until: number): number {
  let joined = 0;
  for (let change = offsetPeriodAt(zone, after).until; change <= until;) {
    const { offset, offsetBefore, until: following } = offsetPeriodAt(zone, change);
    if (offset > offsetBefore) {
      joined += Math.max(0, countWallTimes(recurrence, change + offsetBefore - 1, change + offset) - 1);
    }
    change = following;
  }
  return joined;
}
