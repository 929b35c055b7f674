import { Temporal } from 'temporal-polyfill';
import type { TimeZone } from '../identifiers';

/** What the clock on the wall shows at an instant: ISO 8601 without an offset. Throws a RangeError for an unknown zone. */
export function wallTimeAt(zone: TimeZone, instant: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString();
}

/** The first instant at which the wall shows the time; for one that a clock change leaves out, as long after the gap as it lies in it. */
export function instantOfWallTime(zone: TimeZone, wallTime: string): Date {
  return new Date(Temporal.PlainDateTime.from(wallTime).toZonedDateTime(zone).epochMilliseconds);
}
