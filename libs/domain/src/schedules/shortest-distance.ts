import type { BusinessCalendar } from '../calendars/business-calendar';
import type { Instant } from '../identifiers';
import { millisecondsOf } from '../instants';
import { DAY_MS } from './days';
import { recurrenceTimes } from './recurrence-times';
import type { RecurrenceProblem, ScheduleDefinition } from './schedule-messages';

const MINUTE_MS = 60_000;
/** Days on which a schedule fires that are looked at, and how far ahead at most: years of whatever repeats by week or month. */
const MOST_DAYS = 400;
const HORIZON_DAYS = 30 * 366;

/**
 * What is wrong with a schedule when any two of its times must lie so many minutes apart. It goes by the clock on the wall, so a
 * clock change may bring two closer together once. What fires when something else happens has no times. Throws a RangeError for
 * what `validateSchedule` refuses.
 */
export function frequencyProblems(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  leastMinutes: number,
  at: Instant,
): RecurrenceProblem[] {
  // Times are whole minutes.
  if (leastMinutes <= 1) return [];
  const minutes = shortestDistance(definition, calendar, at, leastMinutes * MINUTE_MS) / MINUTE_MS;
  if (minutes >= leastMinutes) return [];
  const apart = minutes === 1 ? '1 minute' : `${minutes} minutes`;
  return [
    {
      code: 'schedule.too_frequent',
      pointer: '/recurrence',
      message: `Two of its times are ${apart} apart, and at least ${leastMinutes} minutes must lie between two. Choose fewer times or a longer interval.`,
    },
  ];
}

/** In milliseconds. The search ends early with the first distance that is shorter than `least`. */
function shortestDistance(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  at: Instant,
  least: number,
): number {
  const fires = recurrenceTimes(definition, calendar)?.fires;
  if (fires === undefined) return Infinity;
  const before = Math.floor(millisecondsOf(at) / DAY_MS) - 1;
  const last = before + HORIZON_DAYS;
  let shortest = Infinity;
  let previous = -Infinity;
  let day = fires.days.next(before, last);
  for (let count = 0; day !== null && count < MOST_DAYS; count += 1) {
    const midnight = day * DAY_MS;
    for (let time = fires.times.next(day, -1, 0); time !== null; time = fires.times.next(day, time, 0)) {
      shortest = Math.min(shortest, midnight + time - previous);
      if (shortest < least) return shortest;
      previous = midnight + time;
    }
    day = fires.days.next(day, last);
  }
  return shortest;
}
