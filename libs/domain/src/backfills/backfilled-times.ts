import type { BusinessCalendar } from '../calendars/business-calendar';
import { countOccurrences, nextOccurrenceOf } from '../schedules/occurrences';
import type { ScheduleDefinition } from '../schedules/schedule-messages';

export interface BackfilledTimes {
  /** The first of them, ascending, as many as were asked for at most. */
  readonly times: readonly Date[];
  /** How many there are in all. */
  readonly count: number;
}

/**
 * The nominal times of a schedule from an instant to another, both included, inside its window. That it was defined, revised or
 * paused at some time does not matter. No more than `most` are walked, the others counted.
 */
export function backfilledTimes(
  definition: ScheduleDefinition,
  calendar: BusinessCalendar | null,
  { from, to }: { readonly from: Date; readonly to: Date },
  most: number,
): BackfilledTimes {
  const nextAfter = (instant: Date) => nextOccurrenceOf(definition, calendar, instant, instant);
  const times: Date[] = [];
  let next = nextAfter(new Date(from.getTime() - 1));
  for (; next !== null && next <= to && times.length < most; next = nextAfter(next)) times.push(next);
  if (next === null || next > to) return { times, count: times.length };
  return { times, count: times.length + 1 + countOccurrences(definition, calendar, next, to) };
}
