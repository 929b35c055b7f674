import type { BusinessCalendar } from '../calendars/business-calendar';
import type { CatchUpPolicy, ScheduleDefinition, SkipReason } from './schedule-messages';
import { lastOf, Timetable, type Moments } from './timetable';

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
 * the oldest first, as far as the catch-up policy lets those that are late by more than 60 s; older ones are skipped as one
 * stretch. What holidays and clock changes leave out is told with its reason. Skips come before requests, so that whatever is
 * settled has no gaps: an answer is cut where something was left out between two requests. Takes the same time for a gap of a
 * minute and of a year.
 */
export function dueOccurrences({ definition, calendar, since, now, limit }: DueQuestion): DueAnswer {
  const timetable = new Timetable(definition, calendar);
  const { fires } = timetable;
  const [floor, until] = [since.getTime(), now.getTime()];
  const windowStart = until - Math.max(LEAST_GRACE_MS, definition.catchUpMinutes * 60_000);
  const requestFrom = Math.max(windowStart, firstAllowed(definition.catchUp, fires, floor, until));

  let request = fires.next(Math.max(floor, requestFrom - 1), until);
  const skipUntil = request === null ? until : request - 1;
  const skipped = [
    stretchOf(fires, 'missed', floor, windowStart - 1),
    stretchOf(fires, 'catch_up', Math.max(floor, windowStart - 1), requestFrom - 1),
    ...timetable.leftOut.map((kind) => stretchOf(kind, kind.reason, floor, skipUntil)),
  ]
    .filter((stretch) => stretch !== null)
    .sort((one, other) => one.to.getTime() - other.to.getTime());

  const requests: number[] = [];
  while (request !== null && request <= until && requests.length < limit) {
    requests.push(request);
    const fire = fires.next(request, until);
    request = fire !== null && timetable.nextMoment(request, fire) === fire ? fire : null;
  }
  const settled = requests.at(-1) ?? skipped.at(-1)?.to.getTime() ?? floor;
  const next = timetable.nextMoment(settled);
  return {
    request: requests.map((instant) => new Date(instant)),
    skipped,
    next: next === null ? null : new Date(next),
  };
}

/** The first instant at which the catch-up policy lets an occurrence be requested. */
function firstAllowed(policy: CatchUpPolicy, fires: Moments, floor: number, until: number): number {
  const graceStart = until - LEAST_GRACE_MS;
  switch (policy) {
    case 'all':
      return -Infinity;
    case 'none':
      return graceStart;
    case 'latest': {
      const first = fires.next(floor, until);
      return first === null ? graceStart : Math.min(graceStart, lastOf(fires, first, until));
    }
  }
}

function stretchOf(moments: Moments, reason: SkipReason, after: number, until: number): SkippedStretch | null {
  const from = moments.next(after, until);
  if (from === null) return null;
  const to = lastOf(moments, from, until);
  const count = moments.count(after, to);
  return { from: new Date(from), to: new Date(to), count, reason };
}
