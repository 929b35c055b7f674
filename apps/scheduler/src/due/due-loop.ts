import { transaction, type Pool, type PoolClient } from '#database';
import { LEAST_GRACE_MS, streamOf, type ScheduleId } from '#domain';
import type { Append, EventStore } from '#event-sourcing';
import type { Clock, Logger } from '#platform';
import { planDue, type DuePlan } from './due-plan';
import { claimDue, earliestDue, loadTemplates, moveDue, type ClaimedSchedule } from './due-table';
import { calendarsNamedBy, type KnownCalendars } from '../projection/known-calendars';
import type { NextTimes } from './next-times';

const BATCH = 1000;
const BATCHES_AT_ONCE = 2;
/** A timer longer than 24.8 days fires at once, and clocks are set: look again at least this often. */
const LONGEST_SLEEP_MS = 60_000;
/** Schedules that were passed over are looked at again after this, or once the projection has moved on. */
const LOOK_AGAIN_MS = 250;
/** What is due and yet was not claimed is locked by another instance or by the projection, for a moment. */
const LOCKED_PAUSE_MS = 10;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

export interface DueLoopParts {
  readonly pool: Pool;
  readonly eventStore: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly times: NextTimes;
  readonly calendars: KnownCalendars;
  /** Attempts that each job gets. */
  readonly maxAttempts: number;
  /** Whether the projection has applied all events so far. */
  readonly hasCaughtUp: () => Promise<boolean>;
}

/** One pass over everything that is due. */
interface Round {
  /** Schedules that are passed over: their rows are behind their streams, or no plan could be made for them. */
  readonly postponed: Set<ScheduleId>;
  /** Whether the projection had caught up when this round met its first late schedule; undefined before. */
  caughtUp: boolean | undefined;
}

/**
 * Requests what is due: claims due rows, checks them against the heads of their streams, appends, and moves the rows in
 * the transaction that claims them. Every occurrence is a stream of its own that is expected to be absent, so a crash
 * between the append and the move only leads to an append that finds itself.
 */
export class DueLoop {
  readonly #parts: DueLoopParts;
  #running: Promise<void> | undefined;
  #stopped = false;
  #woken = false;
  #endSleep: (() => void) | undefined;
  #problem: string | null = null;

  constructor(parts: DueLoopParts) {
    this.#parts = parts;
  }

  /** Null when the last round succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Looks at the due table again soon: something in it changed. */
  wake(): void {
    this.#woken = true;
    this.#endSleep?.();
  }

  /** Lets the batch at hand end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endSleep?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      this.#woken = false;
      try {
        const settled = await this.runRound();
        const pauseMs = settled ? await this.#untilNextDue() : LOOK_AGAIN_MS;
        failures = 0;
        this.#problem = null;
        await this.#sleep(pauseMs);
      } catch (error) {
        failures += 1;
        this.#problem = 'due schedules cannot be requested; see the log';
        this.#parts.logger.error({ err: error, failures, code: 'scheduler.round_failed' }, 'due round failed');
        await this.#sleep(Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS));
      }
    }
  }

  /** Settles everything that is due. False when schedules were passed over and have to be looked at again. */
  async runRound(): Promise<boolean> {
    const round: Round = { postponed: new Set(), caughtUp: undefined };
    const first = await this.#settleBatch(round);
    if (first > 0) {
      // In a burst, one batch is planned while the database works on another one.
      const drains = Array.from({ length: first < BATCH ? 1 : BATCHES_AT_ONCE }, () => this.#drain(round));
      const failed = (await Promise.allSettled(drains)).find((drain) => drain.status === 'rejected');
      if (failed) throw failed.reason;
    }
    return round.postponed.size === 0 && round.caughtUp !== false;
  }

  async #drain(round: Round): Promise<void> {
    while (!this.#stopped && (await this.#settleBatch(round)) > 0);
  }

  /** Returns how many schedules were claimed. */
  async #settleBatch(round: Round): Promise<number> {
    const { pool, clock, logger } = this.#parts;
    const started = performance.now();
    const now = clock.now();
    return transaction(pool, async (client) => {
      const claimed = await claimDue(client, {
        until: now,
        from: round.caughtUp === false ? lateBefore(now) : null,
        except: [...round.postponed],
        limit: BATCH,
      });
      if (claimed.length === 0) return 0;
      const current = await this.#withoutLate(claimed, now, round);
      const plans = await this.#plan(client, current, now, round);
      const settled = await this.#append(plans, round);
      if (settled.length > 0)
        await moveDue(
          client,
          settled.map((plan) => plan.settled),
        );
      const requested = settled.reduce((sum, { occurrences }) => sum + occurrences.length, 0);
      const skips = settled.filter(({ skip }) => skip !== null).length;
      const postponed = claimed.length - settled.length;
      const ms = Math.round(performance.now() - started);
      logger.debug({ claimed: claimed.length, requested, skips, postponed, ms }, 'due batch');
      return claimed.length;
    });
  }

  /**
   * A row that is due for longer than the grace may only look late, because the projection is being rebuilt and has not
   * met its requests yet: late rows wait until the projection has caught up.
   */
  async #withoutLate(
    claimed: readonly ClaimedSchedule[],
    now: Date,
    round: Round,
  ): Promise<readonly ClaimedSchedule[]> {
    const bound = lateBefore(now);
    const inTime = claimed.filter(({ nextRunAt }) => nextRunAt >= bound);
    if (inTime.length === claimed.length) return claimed;
    round.caughtUp ??= await this.#parts.hasCaughtUp();
    return round.caughtUp ? claimed : inTime;
  }

  /** Leaves out rows that do not show the heads of their streams: a pause, or a holiday, that was answered is obeyed. */
  async #plan(
    client: PoolClient,
    schedules: readonly ClaimedSchedule[],
    now: Date,
    round: Round,
  ): Promise<readonly DuePlan[]> {
    const { eventStore, times, maxAttempts, logger } = this.#parts;
    const templateIds = [...new Set(schedules.map(({ state }) => state.templateId))];
    const templates = await loadTemplates(client, templateIds);
    const calendarIds = calendarsNamedBy(schedules.map(({ state }) => state.definition));
    const calendars = await this.#parts.calendars.load(client, calendarIds);
    const heads = await eventStore.headRevisions([
      ...schedules.map(({ state }) => streamOf('schedule', state.scheduleId)),
      ...templateIds.map((id) => streamOf('template', id)),
      ...calendarIds.map((id) => streamOf('calendar', id)),
    ]);
    const plans: DuePlan[] = [];
    for (const schedule of schedules) {
      const { scheduleId, templateId } = schedule.state;
      const template = templates.get(templateId);
      const calendarId = schedule.state.definition.calendar?.calendarId ?? null;
      const calendar = calendarId === null ? undefined : calendars.get(calendarId);
      const isCurrent =
        heads.get(streamOf('schedule', scheduleId)) === schedule.revision &&
        heads.get(streamOf('template', templateId)) === template?.revision &&
        (calendarId === null || heads.get(streamOf('calendar', calendarId)) === calendar?.revision);
      if (!isCurrent) {
        round.postponed.add(scheduleId);
        continue;
      }
      try {
        plans.push(planDue(schedule, { now, times, template, calendar: calendar?.calendar ?? null, maxAttempts }));
      } catch (error) {
        round.postponed.add(scheduleId);
        logger.error({ err: error, scheduleId, code: 'scheduler.occurrence_failed' }, 'occurrence not requested');
      }
    }
    return plans;
  }

  /**
   * Appends the skips first, then the occurrences in the order of their times, so that whatever a crash leaves behind has
   * no gaps. Returns the plans that were carried out. An occurrence whose stream exists was requested before.
   */
  async #append(plans: readonly DuePlan[], round: Round): Promise<readonly DuePlan[]> {
    const { eventStore } = this.#parts;
    const skipping = plans.filter((plan): plan is DuePlan & { skip: Append } => plan.skip !== null);
    if (skipping.length > 0) {
      const outcomes = await eventStore.appendMany(skipping.map(({ skip }) => skip));
      skipping.forEach(({ schedule }, index) => {
        // Somebody changed the schedule in this moment: it is looked at again once that is known here.
        if (!outcomes[index]?.ok) round.postponed.add(schedule.state.scheduleId);
      });
    }
    const settled = plans.filter(({ schedule }) => !round.postponed.has(schedule.state.scheduleId));
    const most = settled.reduce((so, { occurrences }) => Math.max(so, occurrences.length), 0);
    for (let place = 0; place < most; place += 1) {
      await eventStore.appendMany(settled.flatMap(({ occurrences }) => occurrences[place] ?? []));
    }
    return settled;
  }

  async #untilNextDue(): Promise<number> {
    const next = await earliestDue(this.#parts.pool);
    if (next === null) return LONGEST_SLEEP_MS;
    const ms = next.getTime() - this.#parts.clock.now().getTime();
    return ms > 0 ? Math.min(ms, LONGEST_SLEEP_MS) : LOCKED_PAUSE_MS;
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (this.#stopped || this.#woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endSleep = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endSleep = undefined;
  }
}

function lateBefore(now: Date): Date {
  return new Date(now.getTime() - LEAST_GRACE_MS);
}
