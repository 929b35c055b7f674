import type { Instant, TimeZone } from '../identifiers';
import { millisecondsOf, toInstant } from '../instants';
import type { WallTime, Weekday } from '../schedules/recurrence';
import { firstInstantOf, offsetPeriodAt } from '../schedules/wall-clock';

/**
 * A stretch of each week in which no report may begin to read from a data source: from `from` on, up to but without `to`, as
 * the clock on a wall in the zone shows them. `to` belongs to the next day unless it is later than `from`; `weekdays` are the
 * days on which it begins.
 */
export interface Blackout {
  readonly weekdays: readonly Weekday[];
  readonly from: WallTime;
  readonly to: WallTime;
  readonly timeZone: TimeZone;
}

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** Blackouts without a break between them count as one, which is looked at no further ahead than this. */
const FURTHEST_MS = 8 * DAY_MS;
/** Each weekday is among these days, whatever hour it is. */
const LOOKED_BACK_DAYS = 8;

/**
 * When a report may begin, if the instant lies in a blackout: the end of it and of those that follow on without a break, or
 * about eight days later if there is no break until then. Null outside all of them.
 */
export function blackoutEnd(at: Instant, blackouts: readonly Blackout[]): Instant | null {
  const begin = millisecondsOf(at);
  let end = begin;
  while (end - begin < FURTHEST_MS) {
    const ends = blackouts.flatMap((blackout) => endOf(blackout, end) ?? []);
    if (ends.length === 0) break;
    end = Math.max(...ends);
  }
  return end > begin ? toInstant(end) : null;
}

/** True when the blackouts leave no time in the week that begins at the instant. */
export function leavesNoTime(at: Instant, blackouts: readonly Blackout[]): boolean {
  const end = blackoutEnd(at, blackouts);
  return end !== null && millisecondsOf(end) - millisecondsOf(at) >= FURTHEST_MS;
}

/**
 * When the last blackout was over that had begun by the instant: a later instant than that while one lasts. Null when none has begun in
 * the eight days before.
 */
export function lastBlackoutEnd(at: Instant, blackouts: readonly Blackout[]): Instant | null {
  const instant = millisecondsOf(at);
  const ends = blackouts.flatMap((blackout) => begunStretches(blackout, instant, LOOKED_BACK_DAYS).next().value ?? []);
  return ends.length === 0 ? null : toInstant(Math.max(...ends));
}

/** The end of the stretch that an instant lies in, which began today or yesterday; null when it lies in none. */
function endOf(blackout: Blackout, instant: number): number | null {
  for (const end of begunStretches(blackout, instant, 1)) if (instant < end) return end;
  return null;
}

/** The ends of the stretches that had begun by the instant, today and on so many days before, the last one first. */
function* begunStretches(
  { weekdays, from, to, timeZone }: Blackout,
  instant: number,
  daysBefore: number,
): Generator<number, undefined> {
  const { from: since, offset, offsetBefore } = offsetPeriodAt(timeZone, instant);
  // In a repeated hour the clock has shown later times before.
  const latestWall = Math.max(instant + offset, since + offsetBefore - 1);
  const today = Math.floor(latestWall / DAY_MS) * DAY_MS;
  const length = minutesOf(to) - minutesOf(from);
  for (let day = today; day >= today - daysBefore * DAY_MS; day -= DAY_MS) {
    if (!weekdays.includes(weekdayOf(day))) continue;
    const fromWall = day + minutesOf(from) * MINUTE_MS;
    const toWall = day + minutesOf(to) * MINUTE_MS + (length > 0 ? 0 : DAY_MS);
    if (firstInstantOf(timeZone, fromWall) <= instant) yield firstInstantOf(timeZone, toWall);
  }
}

function minutesOf(time: WallTime): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** 1970-01-01 was a Thursday. */
function weekdayOf(day: number): Weekday {
  return (((((day / DAY_MS + 3) % 7) + 7) % 7) + 1) as Weekday;
}
