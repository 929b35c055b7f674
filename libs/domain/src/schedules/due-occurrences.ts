import type { BusinessCalendar } from '../calendars/business-calendar';
import { countOccurrences, nextOccurrenceOf } from './occurrences';
import type { ScheduleDefinition, SkipReason } from './schedule-messages';

/** An occurrence is requested at least this late, in milliseconds, even without a catch-up window: a scheduler restarts. */
export const LEAST_GRACE_MS = 60_000;

export interface DueQuestion {
  readonly definition: ScheduleDefinition;
  /** The calendar that the definition names; null without one. */
  readonly calendar: BusinessCalendar | null;
  /**
   * Everything up to here has been requested or skipped, or was never due: the last settled moment, or the last define, revise
   * or resume if that came later.
   */
  readonly since: Date;
  readonly now: Date;
  /** The most occurrences to request at once, at least 1. */
  readonly limit: number;
}

export interface DueAnswer {
  /** Nominal times to request now, ascending. */
  readonly request: readonly Date[];
  /** What is left out, all of it before the first request, ascending by `to`. */
  readonly skipped: readonly SkippedStretch[];
  /** The next moment to look at: not after now when the answer was cut short; null when none is left. */
  readonly next: Date | null;
}

/** Occurrences that will not be requested: the first and the last of them, and how many in all. */
export interface SkippedStretch {
  readonly from: Date;
  readonly to: Date;
  readonly count: number;
  readonly reason: SkipReason;
}

/**
 * What is to become of a schedule's occurrences up to now. Those due within the catch-up window (at least 60 s) are requested,
 * the oldest first; older ones are skipped as one stretch. Takes the same time for a gap of a minute and of a year.
 */
export function dueOccurrences({ definition, calendar, since, now, limit }: DueQuestion): DueAnswer {
  const nextAfter = (instant: Date) => nextOccurrenceOf(definition, calendar, since, instant);
  const grace = Math.max(LEAST_GRACE_MS, definition.catchUpMinutes * 60_000);
  const windowStart = new Date(now.getTime() - grace);

  const first = nextAfter(since);
  if (first === null) return { request: [], skipped: [], next: null };

  const skipped: SkippedStretch[] = [];
  let next: Date | null = first;
  if (first < windowStart) {
    const to = lastBefore(windowStart, first, nextAfter);
    const later = countOccurrences(definition.recurrence, definition.timeZone, first, to);
    skipped.push({ from: first, to, count: 1 + later, reason: 'missed' });
    next = nextAfter(to);
  }

  const request: Date[] = [];
  while (next !== null && next <= now && request.length < limit) {
    request.push(next);
    next = nextAfter(next);
  }
  return { request, skipped, next };
}

/** The last occurrence before an instant, found by bisection from one that is known to be earlier. */
function lastBefore(end: Date, known: Date, nextAfter: (instant: Date) => Date | null): Date {
  let low = known;
  let high = end.getTime();
  for (;;) {
    const following = nextAfter(low);
    if (following === null || following >= end) return low;
    low = following;
    const middle = new Date(Math.floor((low.getTime() + high) / 2));
    const candidate = nextAfter(middle);
    if (candidate !== null && candidate < end) low = candidate;
    else high = middle.getTime();
  }
}
