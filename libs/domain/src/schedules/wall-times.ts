import { DAY_MS, type DayRule } from './days';
import type { TimesOfDay } from './times-of-day';
import type { WallMilliseconds } from './wall-clock';

/** Times on the wall: days that match, and the times of each. */
export class WallTimes {
  constructor(
    readonly days: DayRule,
    readonly times: TimesOfDay,
  ) {}

  /** The first strictly after a wall time and not after `last`; null when there is none. `offset` is the wall's less UTC. */
  next(after: WallMilliseconds, last: WallMilliseconds, offset: number): WallMilliseconds | null {
    const lastDay = Math.floor(last / DAY_MS);
    const today = Math.floor(after / DAY_MS);
    for (let day = this.days.next(today - 1, lastDay); day !== null; day = this.days.next(day, lastDay)) {
      const time = this.times.next(day, Math.max(after - day * DAY_MS, -1), offset);
      if (time !== null) return day * DAY_MS + time <= last ? day * DAY_MS + time : null;
    }
    return null;
  }

  /** How many lie after a wall time (excluded) and up to another (included). The days are walked, their times counted. */
  count(after: WallMilliseconds, until: WallMilliseconds, offset: number): number {
    const lastDay = Math.floor(until / DAY_MS);
    let count = 0;
    for (let day = this.days.next(Math.floor(after / DAY_MS) - 1, lastDay); day !== null;) {
      const midnight = day * DAY_MS;
      count += this.times.count(day, Math.max(after - midnight, -1), Math.min(until - midnight, DAY_MS - 1), offset);
      day = this.days.next(day, lastDay);
    }
    return count;
  }
}
