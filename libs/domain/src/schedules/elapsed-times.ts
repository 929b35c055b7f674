import type { TimeZone } from '../identifiers';
import { firstInstantOf, offsetPeriodAt, type OffsetPeriod } from './wall-clock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Where every-n-minutes counts from: midnight of 2000-01-01 on the zone's wall, in milliseconds. */
export function minutesAnchor(zone: TimeZone): number {
  return firstInstantOf(zone, Date.UTC(2000, 0, 1));
}

/** The next multiple of n minutes after the anchor, in milliseconds, strictly after an instant. */
export function nextOfMinutes(every: number, zone: TimeZone, after: number): number {
  const anchor = minutesAnchor(zone);
  const step = every * MINUTE;
  return anchor + (Math.floor((after - anchor) / step) + 1) * step;
}

/**
 * The next instant, strictly after another, at which the wall clock shows the minute. An hour that the clock leaves out or
 * repeats as a whole does not or does pass twice, and is fired so. A change by less than an hour (Lord Howe Island) cuts or
 * stretches an hour: if it leaves the minute out, its end fires; if it repeats the minute, only the first one does.
 */
export function nextOfHours(minute: number, zone: TimeZone, after: number): number {
  for (let start = after + 1; ;) {
    const period = offsetPeriodAt(zone, start);
    if (start === period.from && cutsOut(minute, period)) return start;
    const instant = start + modulo(minute * MINUTE - (start + period.offset), HOUR);
    if (instant >= period.until) start = period.until;
    else if (repeats(instant, period)) start = instant + 1;
    else return instant;
  }
}

function cutsOut(minute: number, { from, offset, offsetBefore }: OffsetPeriod): boolean {
  const gap = offset - offsetBefore;
  return gap > 0 && gap < HOUR && modulo(minute * MINUTE - (from + offsetBefore), HOUR) < gap;
}

function repeats(instant: number, { from, offset, offsetBefore }: OffsetPeriod): boolean {
  const repeated = offsetBefore - offset;
  return repeated > 0 && repeated < HOUR && instant < from + repeated;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
