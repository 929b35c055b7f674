import { countOfCycle, DAY_MS, nextOfCycle, type Day } from './days';
import type { WallTime } from './recurrence';

/** The times of a day that matches, in milliseconds after its midnight on the wall. */
export interface TimesOfDay {
  /** The first time of the day strictly after one; null when there is none. `offset` is the wall's less UTC. */
  next(day: Day, after: number, offset: number): number | null;
  /** How many lie after a time (excluded) and up to another (included). */
  count(day: Day, after: number, until: number, offset: number): number;
}

/** Milliseconds after midnight. Throws a RangeError for text that is no time. */
export function timeOfDay(time: WallTime): number {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(time) ?? [];
  if (hours === undefined || minutes === undefined) throw new RangeError(`not a wall time: ${time}`);
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** The same times on each day, given in any order. */
export function fixedTimes(times: readonly number[]): TimesOfDay {
  const ascending = ascendingOnce(times);
  return {
    next: (_day, after) => ascending[firstPlaceAfter(ascending, after)] ?? null,
    count: (_day, after, until) => firstPlaceAfter(ascending, until) - firstPlaceAfter(ascending, after),
  };
}

/** Every so many milliseconds of elapsed time, counted from an instant. */
export function elapsedTimes(every: number, anchor: number): TimesOfDay {
  return {
    next(day, after, offset) {
      const midnight = day * DAY_MS;
      const time = nextOfCycle(anchor + offset, every, midnight + after) - midnight;
      return time < DAY_MS ? time : null;
    },
    count(day, after, until, offset) {
      const midnight = day * DAY_MS;
      return countOfCycle(anchor + offset, every, midnight + after, midnight + until);
    },
  };
}

/** Times of their own for each day. */
export function timesByDay(times: ReadonlyMap<Day, TimesOfDay>): TimesOfDay {
  return {
    next: (day, after, offset) => times.get(day)?.next(day, after, offset) ?? null,
    count: (day, after, until, offset) => times.get(day)?.count(day, after, until, offset) ?? 0,
  };
}

export function ascendingOnce(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** The place of the first number that is greater, or the length when none is. */
export function firstPlaceAfter(ascending: readonly number[], after: number): number {
  let low = 0;
  for (let high = ascending.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
