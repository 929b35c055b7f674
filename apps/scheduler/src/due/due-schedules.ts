import { transaction, type PoolClient } from '#database';
import type { ScheduleId } from '#domain';
import type { Append } from '#event-sourcing';
import { promise, promisedTo } from '../catch-up/catch-up-table';
import { planDue, type DuePlan } from './due-plan';
import { claimDue, moveDue, type ClaimedSchedule } from './due-table';
import { noteOpenJobs } from './open-jobs';
import { mindsOverlap } from './overlap';
import { lateBefore, type Round, type SchedulerParts } from './round';
import { requestedJobs, settleOccurrences } from './settle-occurrences';
import { standingsOf } from './standing';

/** Larger batches serve a burst faster, by a fifth at a thousand, and hold up the commands of others for longer than they should. */
const BATCH = 500;
const BATCHES_AT_ONCE = 2;

/** Which due schedules: those whose first occurrence is late, or the others. */
export type Lateness = 'in_time' | 'late';

/**
 * Settles what the clock makes due: claims due rows, checks them against the heads of their streams, appends, and moves the
 * rows in the transaction that claims them. Every occurrence is a stream of its own that is expected to be absent, so a crash
 * between the append and the move only leads to an append that finds itself.
 */
export class DueSchedules {
  readonly #parts: SchedulerParts;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** Settles all of them, until `isStopped`. */
  async settle(lateness: Lateness, round: Round, isStopped: () => boolean): Promise<void> {
    const first = await this.#settleBatch(lateness, round);
    if (first === 0) return;
    const drain = async () => {
      while (!isStopped() && (await this.#settleBatch(lateness, round)) > 0);
    };
    // In a burst, one batch is planned while the database works on another one.
    const drains = Array.from({ length: first < BATCH ? 1 : BATCHES_AT_ONCE }, drain);
    const failed = (await Promise.allSettled(drains)).find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Returns how many schedules were claimed. */
  async #settleBatch(lateness: Lateness, round: Round): Promise<number> {
    const { pool, clock, logger } = this.#parts;
    const started = performance.now();
    const now = clock.now();
    const bound = lateBefore(now);
    return transaction(pool, async (client) => {
      const claimed = await claimDue(client, {
        until: lateness === 'late' ? new Date(bound.getTime() - 1) : now,
        from: lateness === 'late' ? null : bound,
        except: [...round.postponed],
        limit: BATCH,
      });
      if (claimed.length === 0) return 0;
      const plans = await this.#plan(client, claimed, lateness, now, round);
      const settled = await this.#carryOut(client, plans, now, round);
      const requested = settled.reduce((sum, { occurrences }) => sum + occurrences.length, 0);
      const skips = settled.filter(({ skip }) => skip !== null).length;
      const postponed = claimed.length - settled.length;
      const ms = Math.round(performance.now() - started);
      logger.debug({ lateness, claimed: claimed.length, requested, skips, postponed, ms }, 'due batch');
      return claimed.length;
    });
  }

  async #plan(
    client: PoolClient,
    claimed: readonly ClaimedSchedule[],
    lateness: Lateness,
    now: Date,
    round: Round,
  ): Promise<readonly DuePlan[]> {
    const { times, maxAttempts, logger } = this.#parts;
    const ids = claimed.map(({ state }) => state.scheduleId);
    const promised = lateness === 'late' ? await promisedTo(client, ids) : new Map<ScheduleId, Date>();
    const standings = await standingsOf(client, this.#parts, claimed, round);
    const bound = lateBefore(now);
    const plans: DuePlan[] = [];
    for (const schedule of claimed) {
      const { scheduleId } = schedule.state;
      const standing = standings.get(scheduleId);
      if (!standing) continue;
      try {
        const facts = { now, times, maxAttempts, lateBefore: bound, promisedTo: promised.get(scheduleId) ?? null };
        plans.push(planDue(schedule, { ...standing, ...facts }));
      } catch (error) {
        round.postponed.add(scheduleId);
        logger.error({ err: error, scheduleId, code: 'scheduler.occurrence_failed' }, 'occurrence not requested');
      }
    }
    return plans;
  }

  /** Appends the skips first, then the occurrences, and moves the rows. Returns the plans that were carried out. */
  async #carryOut(client: PoolClient, plans: readonly DuePlan[], now: Date, round: Round): Promise<readonly DuePlan[]> {
    const { eventStore } = this.#parts;
    const skipping = plans.filter((plan): plan is DuePlan & { skip: Append } => plan.skip !== null);
    if (skipping.length > 0) {
      const outcomes = await eventStore.appendMany(skipping.map(({ skip }) => skip));
      skipping.forEach(({ schedule }, index) => {
        // Somebody changed the schedule in this moment: it is looked at again once that is known here.
        if (!outcomes[index]?.ok) round.postponed.add(schedule.state.scheduleId);
      });
    }
    const carriedOut = plans.filter(({ schedule }) => !round.postponed.has(schedule.state.scheduleId));
    const settled = await settleOccurrences(
      eventStore,
      carriedOut.map(({ occurrences }) => occurrences),
      now,
    );
    const jobs = requestedJobs(settled);
    const requested = new Map<ScheduleId, number>();
    for (const { scheduleId } of jobs) requested.set(scheduleId, (requested.get(scheduleId) ?? 0) + 1);
    const minding = new Set(
      carriedOut.flatMap(({ schedule: { state } }) => (mindsOverlap(state.definition) ? state.scheduleId : [])),
    );
    await promise(client, carriedOut);
    await moveDue(
      client,
      carriedOut.map((plan) => ({ ...plan.settled, requested: requested.get(plan.settled.scheduleId) ?? 0 })),
    );
    await noteOpenJobs(client, minding.size === 0 ? [] : jobs.filter(({ scheduleId }) => minding.has(scheduleId)));
    return carriedOut;
  }
}
