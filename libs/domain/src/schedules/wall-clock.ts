import { Temporal } from 'temporal-polyfill';
import type { TimeZone } from '../identifiers';

/**
 * A wall time as a number that can be reckoned with: the milliseconds that UTC would have counted, were the clock on the wall
 * a UTC clock. `2026-03-29T02:30` on any wall is `Date.UTC(2026, 2, 29, 2, 30)`.
 */
export type WallMilliseconds = number;

/** A stretch of time in which a zone keeps one offset from UTC; all in milliseconds since 1970-01-01T00:00:00Z. */
export interface OffsetPeriod {
  /** First instant, -Infinity when the zone knows no earlier offset. */
  readonly from: number;
  /** First instant after it, Infinity when no further change is known. */
  readonly until: number;
  /** Wall time less UTC. */
  readonly offset: number;
  /** The offset that `from` ended. Smaller than `offset`: the clock left a gap; larger: it repeats a stretch. */
  readonly offsetBefore: number;
}

/** The period used last in each zone. Most questions in a row are about the same one. */
const latest = new Map<TimeZone, OffsetPeriod>();

/** The offset period that an instant lies in. Throws a RangeError for an unknown zone. */
export function offsetPeriodAt(zone: TimeZone, instant: number): OffsetPeriod {
  const known = latest.get(zone);
  if (known !== undefined && known.from <= instant && instant < known.until) return known;
  const until = at(zone, instant).getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
  // "previous" means strictly before, and a change at this very instant belongs to the period.
  const from = at(zone, instant + 1).getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity;
  const offset = offsetAt(zone, instant);
  const period = { from, until, offset, offsetBefore: from === -Infinity ? offset : offsetAt(zone, from - 1) };
  latest.set(zone, period);
  return period;
}

/**
 * The first instant at which the wall clock shows the time or one past it: the first of two for a time that comes twice, and
 * the end of the gap for one that a clock change leaves out. Never falls when the wall time grows.
 */
export function firstInstantOf(zone: TimeZone, wall: WallMilliseconds): number {
  const period = offsetPeriodAt(zone, wall - (latest.get(zone)?.offset ?? 0));
  const instant = wall - period.offset;
  const unrepeated = period.from === -Infinity || wall >= period.from + period.offsetBefore;
  if (period.from <= instant && instant < period.until && unrepeated) return instant;

  const earlier = at('UTC', wall).toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'earlier' });
  const exists = earlier.epochMilliseconds + earlier.offsetNanoseconds / 1e6 === wall;
  return exists
    ? earlier.epochMilliseconds
    : (earlier.getTimeZoneTransition('next')?.epochMilliseconds ?? earlier.epochMilliseconds);
}

/** The latest time that the wall clock has shown up to an instant: in a repeated hour, that of the end of its first pass. */
export function latestWallTime(zone: TimeZone, instant: number): WallMilliseconds {
  const { from, offset, offsetBefore } = offsetPeriodAt(zone, instant);
  const wall = instant + offset;
  return from === -Infinity ? wall : Math.max(wall, from + offsetBefore - 1);
}

function at(zone: TimeZone, instant: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
}

function offsetAt(zone: TimeZone, instant: number): number {
  return at(zone, instant).offsetNanoseconds / 1e6;
}
