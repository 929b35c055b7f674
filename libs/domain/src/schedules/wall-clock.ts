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
  /** The offset that `until` begins; the same as `offset` when no further change is known. */
  readonly offsetAfter: number;
}

/** Periods found before, by zone. Most questions in a row are about the same few. */
const found = new Map<TimeZone, OffsetPeriod[]>();
/** More than there are zones, in case their names are written in many ways. */
const MOST_ZONES = 1_000;
/** More than a search of thirty years meets where there are four changes a year. */
const MOST_PERIODS = 200;

/** The offset period that an instant lies in. Throws a RangeError for an unknown zone. */
export function offsetPeriodAt(zone: TimeZone, instant: number): OffsetPeriod {
  const known = found.get(zone) ?? [];
  const period = known.find(({ from, until }) => from <= instant && instant < until);
  if (period !== undefined) return period;
  const fresh = readPeriod(zone, instant);
  if (known.length === 0 && found.size >= MOST_ZONES) found.clear();
  found.set(zone, known.length >= MOST_PERIODS ? [fresh] : [fresh, ...known]);
  return fresh;
}

function readPeriod(zone: TimeZone, instant: number): OffsetPeriod {
  const until = at(zone, instant).getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
  // "previous" means strictly before, and a change at this very instant belongs to the period.
  const from = at(zone, instant + 1).getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity;
  const offset = offsetAt(zone, instant);
  return {
    from,
    until,
    offset,
    offsetBefore: from === -Infinity ? offset : offsetAt(zone, from - 1),
    offsetAfter: until === Infinity ? offset : offsetAt(zone, until),
  };
}

/** A clock shows at most this much more or less than UTC, and a day more where it crosses the date line. */
const FARTHEST_OFFSET = 26 * 3_600_000;

/**
 * The first instant at which the wall clock shows the time or one past it: the first of two for a time that comes twice, and
 * the end of the gap for one that a clock change leaves out. Never falls when the wall time grows.
 */
export function firstInstantOf(zone: TimeZone, wall: WallMilliseconds): number {
  let period = offsetPeriodAt(zone, wall - FARTHEST_OFFSET);
  while (wall - period.offset >= period.until) period = offsetPeriodAt(zone, period.until);
  return Math.max(period.from, wall - period.offset);
}

function at(zone: TimeZone, instant: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
}

function offsetAt(zone: TimeZone, instant: number): number {
  return at(zone, instant).offsetNanoseconds / 1e6;
}
