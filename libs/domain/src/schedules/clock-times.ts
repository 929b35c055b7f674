import type { TimeZone } from '../identifiers';
import type { ClockChanges } from './recurrence';
import { offsetPeriodAt, type OffsetPeriod } from './wall-clock';
import type { WallTimes } from './wall-times';

const HOUR = 3_600_000;
/** By how much the wall can show more at the end of a search than the offset at its beginning lets expect. */
const WALL_SLACK = 48 * HOUR;

/** What becomes of wall times around a clock change, by its size in milliseconds. */
export interface ChangeRule {
  /** `pass`: they do not fire, and nobody expects them to. */
  skippedTime(size: number): ClockChanges['skippedTime'] | 'pass';
  repeatedTime(size: number): ClockChanges['repeatedTime'];
}

export function byPolicy({ skippedTime, repeatedTime }: ClockChanges): ChangeRule {
  return { skippedTime: () => skippedTime, repeatedTime: () => repeatedTime };
}

/** Elapsed time knows no clock changes. */
export const ELAPSED: ChangeRule = { skippedTime: () => 'pass', repeatedTime: () => 'both' };

/** Hours that really pass; an hour that a smaller change cuts or stretches stays one. */
export const EACH_HOUR: ChangeRule = {
  skippedTime: (size) => (size < HOUR ? 'shift' : 'pass'),
  repeatedTime: (size) => (size < HOUR ? 'first' : 'both'),
};

/** The same without shifting: for times that are left out anyway. */
export function withoutShift(rule: ChangeRule): ChangeRule {
  return {
    ...rule,
    skippedTime: (size) => (rule.skippedTime(size) === 'pass' ? 'pass' : 'skip'),
  };
}

/** The part of an offset period in which wall times stand for instants one to one, and the gap that the period began with. */
interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
  /** Wall times from `from` on and before `until` that the clock left out. */
  readonly gap: { readonly from: number; readonly until: number; readonly rule: ReturnType<ChangeRule['skippedTime']> };
}

/**
 * Times on a zone's wall as instants. Within a period of one offset each wall time is one instant. Where the clock is put
 * back, the end of one period and the beginning of the next show the same times: the first and the second pass. Where it is
 * put forward, times fall into the gap: they fire at its end, or are left out, which counts as a moment just before the change.
 */
export class ClockTimes {
  constructor(
    readonly zone: TimeZone,
    readonly walls: WallTimes,
    readonly rule: ChangeRule,
  ) {}

  /** The first instant strictly after one and not after `last`; null when there is none. */
  next(after: number, last: number): number | null {
    for (let period = offsetPeriodAt(this.zone, after); ; period = offsetPeriodAt(this.zone, period.until)) {
      const { from, until, offset, gap } = this.#stretchOf(period);
      if (period.from > last) return null;
      if (after < period.from && gap.rule === 'shift' && this.#countGap(gap) > 0) return period.from;
      const floor = Math.max(after, from - 1);
      const wall = this.walls.next(floor + offset, last + offset + WALL_SLACK, offset);
      if (wall !== null && wall - offset < until) return wall - offset <= last ? wall - offset : null;
      if (period.until === Infinity) return null;
      // No further time on the wall; only a second pass could still show one again.
      if (wall === null && period.offsetAfter >= offset) return null;
    }
  }

  /** How many instants lie after one (excluded) and up to another (included). */
  count(after: number, until: number): number {
    let count = 0;
    for (const period of this.#periods(after, until)) {
      const { gap, ...stretch } = this.#stretchOf(period);
      if (after < period.from && gap.rule === 'shift' && this.#countGap(gap) > 0) {
        // Shifted times join the one that the wall shows at the end of the gap.
        count += this.walls.count(gap.until - 1, gap.until, stretch.offset) > 0 ? 0 : 1;
      }
      const floor = Math.max(after, stretch.from - 1);
      const end = Math.min(until, stretch.until - 1);
      if (end > floor) count += this.walls.count(floor + stretch.offset, end + stretch.offset, stretch.offset);
    }
    return count;
  }

  /** The first moment after an instant and not after `last` at which a clock change left times out; null when there is none. */
  nextLeftOut(after: number, last: number): number | null {
    for (const period of this.#periods(after, last + 1)) {
      const { gap } = this.#stretchOf(period);
      if (period.from - 1 > after && gap.rule === 'skip' && this.#countGap(gap) > 0) return period.from - 1;
    }
    return null;
  }

  /** How many times clock changes left out after an instant (excluded) and up to another (included). */
  countLeftOut(after: number, until: number): number {
    let count = 0;
    for (const period of this.#periods(after, until + 1)) {
      const { gap } = this.#stretchOf(period);
      if (period.from - 1 > after && gap.rule === 'skip') count += this.#countGap(gap);
    }
    return count;
  }

  *#periods(after: number, until: number): Generator<OffsetPeriod> {
    for (let from = after; from <= until;) {
      const period = offsetPeriodAt(this.zone, from);
      yield period;
      from = period.until;
    }
  }

  #stretchOf({ from, until, offset, offsetBefore, offsetAfter }: OffsetPeriod): Stretch {
    const gap = {
      from: from + offsetBefore,
      until: from + offset,
      rule: offset > offsetBefore ? this.rule.skippedTime(offset - offsetBefore) : 'pass',
    } as const;
    const secondPass = Math.max(0, offsetBefore - offset);
    const firstPass = Math.max(0, offset - offsetAfter);
    const leavesOutSecond = secondPass > 0 && this.rule.repeatedTime(secondPass) === 'first';
    const leavesOutFirst = firstPass > 0 && this.rule.repeatedTime(firstPass) === 'second';
    return {
      from: leavesOutSecond ? Math.min(until, from + secondPass) : from,
      until: leavesOutFirst ? Math.max(from, until - firstPass) : until,
      offset,
      gap,
    };
  }

  #countGap(gap: Stretch['gap']): number {
    // Elapsed time has no gaps, so that the offset does not matter.
    return this.walls.count(gap.from - 1, gap.until - 1, 0);
  }
}
