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
  { from, to }: { readonly from: Date; readonly to: Date },
  most: number,
): BackfilledTimes {
  const before = new Date(from.getTime() - 1);
  const times: Date[] = [];
  let next = nextOccurrenceOf(definition, before, before);
  for (; next !== null && next <= to && times.length < most; next = nextOccurrenceOf(definition, next, next)) {
    times.push(next);
  }
  if (next === null || next > to) return { times, count: times.length };
  const end = definition.endsAt === null ? to : new Date(Math.min(to.getTime(), Date.parse(definition.endsAt)));
  return { times, count: times.length + 1 + countOccurrences(definition.recurrence, definition.timeZone, next, end) };
}
