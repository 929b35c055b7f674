import type { BusinessCalendar } from '../calendars/business-calendar';
import type { TimeZone } from '../identifiers';
import { millisecondsOf } from '../instants';
import { ClockTimes, withoutShift } from './clock-times';
import { DAY_MS } from './days';
import { recurrenceTimes } from './recurrence-times';
import type { ScheduleDefinition, SkipReason } from './schedule-messages';
import { firstInstantOf, offsetPeriodAt } from './wall-clock';

/** How far ahead a search looks, so that a recurrence that never fires ends one: thirty years. */
const HORIZON_MS = 30 * 366 * DAY_MS;

/** Moments of one kind, as milliseconds since 1970-01-01T00:00:00Z. */
export interface Moments {
  /** The first one strictly after an instant and not after `last`; null when there is none. */
  next(after: number, last: number): number | null;
  /** How many occurrences lie after an instant (excluded) and up to another (included). */
  count(after: number, until: number): number;
}

export interface LeftOut extends Moments {
  readonly reason: SkipReason;
  /** Where the stretch is told that begins with a moment: its last moment, at most `last`. */
  endOf(first: number, last: number): number;
}

/**
 * When a schedule fires inside its window (both ends belong to it), and what is left out and why. Throws a RangeError for an
 * unknown zone or an invalid recurrence: `validateSchedule` finds these beforehand.
 */
export class Timetable {
  readonly fires: Moments;
  readonly leftOut: readonly LeftOut[];
  readonly #start: number;
  readonly #end: number;

  constructor(definition: ScheduleDefinition, calendar: BusinessCalendar | null) {
    this.#start = definition.startsAt === null ? -Infinity : millisecondsOf(definition.startsAt) - 1;
    this.#end = definition.endsAt === null ? Infinity : millisecondsOf(definition.endsAt);
    const times = recurrenceTimes(definition, calendar);
    if (times === null) {
      this.fires = NEVER;
      this.leftOut = [];
      return;
    }
    const { fires, onHolidays, rule } = times;
    const clock = new ClockTimes(definition.timeZone, fires, rule);
    this.fires = this.#inWindow(clock);
    const byClock = {
      next: (after: number, last: number) => clock.nextLeftOut(after, last),
      count: (after: number, until: number) => clock.countLeftOut(after, until),
    };
    this.leftOut = [
      ...(definition.clockChanges.skippedTime === 'skip'
        ? [{ ...this.#inWindow(byClock), reason: 'clock_change', endOf: (first: number) => first } as const]
        : []),
      ...(onHolidays ? [this.#holidays(new ClockTimes(definition.timeZone, onHolidays, withoutShift(rule)))] : []),
    ];
  }

  /** The next moment at which an occurrence falls, or at which those that were left out are told. */
  nextMoment(after: number, last: number = this.horizonOf(after)): number | null {
    const fire = this.fires.next(after, last);
    let moment = fire;
    for (const kind of this.leftOut) {
      const before = moment ?? last;
      const first = kind.next(after, before);
      if (first !== null) moment = kind.endOf(first, before);
    }
    return moment;
  }

  /** The end of a search for what comes after an instant, and the schedule's end at most. */
  horizonOf(after: number): number {
    return Math.min(this.#end, Math.max(after, this.#start) + HORIZON_MS);
  }

  /**
   * A holiday of a minutely schedule is not told minute by minute: what is left out on one day of the wall is told with its last
   * moment there.
   */
  #holidays(clock: ClockTimes): LeftOut {
    const { zone } = clock;
    const moments = this.#inWindow({
      next(after, last) {
        const regular = clock.next(after, last);
        return clock.nextLeftOut(after, regular ?? last) ?? regular;
      },
      count: (after, until) => clock.count(after, until) + clock.countLeftOut(after, until),
    });
    return {
      ...moments,
      reason: 'holiday',
      endOf: (first, last) => lastOf(moments, first, Math.min(last, endOfDay(zone, first))),
    };
  }

  #inWindow(moments: Moments): Moments {
    return {
      next: (after, last) => {
        const [floor, end] = [Math.max(after, this.#start), Math.min(last, this.#end)];
        return floor < end ? moments.next(floor, end) : null;
      },
      count: (after, until) => {
        const [floor, end] = [Math.max(after, this.#start), Math.min(until, this.#end)];
        return floor < end ? moments.count(floor, end) : 0;
      },
    };
  }
}

const NEVER: Moments = { next: () => null, count: () => 0 };

/** The last moment up to an instant, from one that is known to be earlier: found by bisection. */
export function lastOf(moments: Moments, known: number, until: number): number {
  if (moments.next(known, until) === null) return known;
  let low = known;
  for (let high = until; low < high;) {
    const middle = low + Math.ceil((high - low) / 2);
    const candidate = moments.next(middle - 1, until);
    if (candidate === null) high = middle - 1;
    else low = candidate;
  }
  return low;
}

/** The last instant before the wall first shows the next day, or the instant itself in a second pass of midnight. */
function endOfDay(zone: TimeZone, instant: number): number {
  const { offset } = offsetPeriodAt(zone, instant);
  const midnight = (Math.floor((instant + offset) / DAY_MS) + 1) * DAY_MS;
  return Math.max(instant, firstInstantOf(zone, midnight) - 1);
}
