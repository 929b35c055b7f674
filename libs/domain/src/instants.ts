import type { Instant } from './identifiers';

/** Milliseconds since 1970-01-01T00:00:00Z; NaN for a text that is no instant. */
export function millisecondsOf(instant: Instant): number {
  return Date.parse(instant);
}

/** The text form of a point in time, given in milliseconds since 1970-01-01T00:00:00Z or as a Date. */
export function toInstant(time: number | Date): Instant {
  return new Date(time).toISOString();
}

export function isBefore(left: Instant, right: Instant): boolean {
  return millisecondsOf(left) < millisecondsOf(right);
}
