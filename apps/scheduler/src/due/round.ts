import type { Pool } from '#database';
import { LEAST_GRACE_MS, type ScheduleId } from '#domain';
import type { EventStore } from '#event-sourcing';
import type { Clock, Logger } from '#platform';
import type { KnownCalendars } from '../projection/known-calendars';
import type { NextTimes } from './next-times';

export interface SchedulerParts {
  readonly pool: Pool;
  readonly eventStore: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly times: NextTimes;
  readonly calendars: KnownCalendars;
  /** Attempts that each job gets. */
  readonly maxAttempts: number;
  /** Late occurrences that all instances together request a minute. */
  readonly catchUpPerMinute: number;
  /** Whether the projection has applied all events so far. */
  readonly hasCaughtUp: () => Promise<boolean>;
}

/** One pass over everything that is due. */
export class Round {
  /** Schedules that are passed over: their rows are behind their streams, or no plan could be made for them. */
  readonly postponed = new Set<ScheduleId>();
  #caughtUp: boolean | undefined;

  constructor(private readonly parts: Pick<SchedulerParts, 'hasCaughtUp'>) {}

  /**
   * Whether the projection had caught up when this was first asked in this round. While it is being rebuilt, what was settled
   * long ago looks late, and jobs that have ended look open.
   */
  async hasCaughtUp(): Promise<boolean> {
    this.#caughtUp ??= await this.parts.hasCaughtUp();
    return this.#caughtUp;
  }

  /** Whether nothing was passed over. */
  get isComplete(): boolean {
    return this.postponed.size === 0 && this.#caughtUp !== false;
  }
}

/** What is due before this is late. */
export function lateBefore(now: Date): Date {
  return new Date(now.getTime() - LEAST_GRACE_MS);
}
