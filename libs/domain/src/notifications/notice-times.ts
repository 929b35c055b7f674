import type { Instant, TimeZone } from '../identifiers';
import { millisecondsOf, toInstant } from '../instants';
import { timeOfDay } from '../schedules/times-of-day';
import { firstInstantOf, offsetPeriodAt } from '../schedules/wall-clock';
import type { NoticeKind, NoticeTiming } from './notice-kinds';
import type { NotificationPreferences, QuietHours } from './preferences-messages';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** When something that happened at an instant is told, quiet hours left aside. */
export function releaseOf(timing: NoticeTiming, at: Instant, preferences: NotificationPreferences): Instant {
  switch (timing) {
    case 'immediate':
      return at;
    case 'hourly':
      return nextHour(at, preferences.timeZone);
    case 'daily':
      return nextTime(at, preferences.timeZone, timeOfDay(preferences.dailyAt));
  }
}

/** The end of the quiet hours that an instant lies in; null when it lies in none, or the kind may be told in them. */
export function heldUntil(
  kind: NoticeKind,
  at: Instant,
  { quietHours, timeZone, failuresPassQuietHours }: NotificationPreferences,
): Instant | null {
  if (quietHours === null || (kind === 'failed' && failuresPassQuietHours)) return null;
  const now = millisecondsOf(at);
  const { offset } = offsetPeriodAt(timeZone, now);
  const clock = modulo(now + offset, DAY_MS);
  if (!isQuiet(quietHours, clock)) return null;
  const distance = modulo(timeOfDay(quietHours.to) - clock, DAY_MS);
  const end = firstInstantOf(timeZone, now + offset + distance);
  // Where the clock was put back meanwhile, its first pass of that time may be over: then the second one counts.
  return toInstant(end > now ? end : now + distance);
}

function isQuiet({ from, to }: QuietHours, clock: number): boolean {
  const [begin, end] = [timeOfDay(from), timeOfDay(to)];
  return begin < end ? begin <= clock && clock < end : begin <= clock || clock < end;
}

/** The next full hour on the wall, strictly after. */
function nextHour(at: Instant, zone: TimeZone): Instant {
  const now = millisecondsOf(at);
  const { offset } = offsetPeriodAt(zone, now);
  return toInstant(now + HOUR_MS - modulo(now + offset, HOUR_MS));
}

/** The next instant, strictly after, at which the wall shows a time of day: in a gap of the clock its end, of two the first. */
function nextTime(at: Instant, zone: TimeZone, time: number): Instant {
  const now = millisecondsOf(at);
  const wall = now + offsetPeriodAt(zone, now).offset;
  for (let midnight = wall - modulo(wall, DAY_MS); ; midnight += DAY_MS) {
    const next = firstInstantOf(zone, midnight + time);
    if (next > now) return toInstant(next);
  }
}

/** Never negative, for instants before 1970 as well. */
function modulo(value: number, size: number): number {
  return ((value % size) + size) % size;
}
