import type { Pool } from '#database';
import {
  backfill,
  backfillIdOf,
  backfillJobId,
  job,
  schedule,
  streamOf,
  type BackfillCommand,
  type JobCommand,
  type JobEvent,
  type JobState,
  type ScheduleEvent,
} from '#domain';
import { ANNA, jobOutput, carryOut } from '#domain/testing';
import { FollowedFeed } from '#event-feed';
import { fold, STORE_SOURCE, toDomainEvent } from '#event-sourcing';
import { BACKFILLS_GROUP, BackfillProjection } from '../backfills/backfill-projection';
import { runBackfills } from '../backfills/backfill-round';
import { SchedulerWorld } from './scheduler-world';

const PATIENCE_MS = 20_000;

/** Backfills of a schedule that is due every quarter of an hour in UTC, in the world of a scheduler. */
export class BackfillWorld {
  readonly backfillId: string;
  readonly followed: FollowedFeed;

  private constructor(readonly world: SchedulerWorld) {
    this.backfillId = backfillIdOf(world.scheduleId, 0);
    const { pool, storeFeed, eventStore, logger } = world.parts;
    this.followed = new FollowedFeed(new BackfillProjection(pool), { eventFeed: storeFeed, eventStore, logger });
  }

  static async open(): Promise<BackfillWorld> {
    const world = await SchedulerWorld.open('2026-11-23T12:00:00.000Z');
    await world.createTemplate();
    await world.defineSchedule({ recurrence: { type: 'minutes', every: 15 }, timeZone: 'UTC' });
    return new BackfillWorld(world);
  }

  async close(): Promise<void> {
    await this.followed.stop();
    await this.world.close();
  }

  /** From 08:00 to the end, as `HH:MM` of a day in the past. */
  async start(to: string, concurrency: number): Promise<void> {
    const { world, backfillId } = this;
    const history = await world.parts.eventStore.readStream(streamOf('schedule', world.scheduleId));
    await this.change({
      type: 'StartBackfill',
      backfillId,
      schedule: fold(
        schedule,
        history.map((event) => toDomainEvent<ScheduleEvent>(event)),
      ),
      scheduleRevision: history.length - 1,
      template: { status: 'active', problems: [] },
      templateRevision: 0,
      calendar: null,
      from: '2026-10-01T08:00:00.000Z',
      to: timeOf(to),
      concurrency,
      priority: 'low',
      note: null,
      by: ANNA,
      at: world.at(),
    });
  }

  async cancel(cancelRunning: boolean): Promise<void> {
    const { backfillId, world } = this;
    const by = { cause: 'by_hand', by: ANNA, at: world.at() } as const;
    await this.change({ type: 'CancelBackfill', backfillId, cancelRunning, ...by });
  }

  /** One round, as an instance of its own on the pool would have it, with what the projection has heard so far. */
  async round(pool: Pool = this.world.parts.pool): Promise<void> {
    await runBackfills({ ...this.world.parts, pool, maxAttempts: 3 }, () => true);
  }

  /** Until the projection has applied all that is in the store. */
  async caughtUp(): Promise<void> {
    const { eventStore, progress } = this.world.parts;
    if (!(await progress.reached(BACKFILLS_GROUP, STORE_SOURCE, await eventStore.head(), PATIENCE_MS))) {
      throw new Error('the projection does not catch up');
    }
  }

  jobId(time: string): string {
    return backfillJobId(this.backfillId, timeOf(time));
  }

  /** The backfill's own events, by type. */
  async events(): Promise<readonly string[]> {
    return (await this.world.events(streamOf('backfill', this.backfillId))).map(({ type }) => type);
  }

  /** Status of the jobs at these times, `absent` for one that was not requested. */
  async jobs(...times: readonly string[]): Promise<readonly string[]> {
    return Promise.all(times.map(async (time) => (await this.job(time)).status));
  }

  async job(time: string): Promise<JobState> {
    const events = await this.world.events(streamOf('job', this.jobId(time)));
    return fold(job, events as readonly JobEvent[]);
  }

  async run(time: string): Promise<void> {
    const jobId = this.jobId(time);
    await this.changeJob({ type: 'StartJob', jobId, attempt: 1, worker: 'worker', at: this.world.at() });
  }

  /** Runs the job to its end. */
  async finish(time: string): Promise<void> {
    await this.run(time);
    const at = this.world.at();
    const end = { attempt: 1, output: jobOutput(), outputExpiresAt: at, at };
    await this.changeJob({ type: 'CompleteJob', jobId: this.jobId(time), ...end });
  }

  async changeJob(command: JobCommand & { readonly jobId: string }): Promise<void> {
    await carryOut(this.world.parts.eventStore, job, streamOf('job', command.jobId), command);
  }

  async change(command: BackfillCommand): Promise<void> {
    await carryOut(this.world.parts.eventStore, backfill, streamOf('backfill', command.backfillId), command);
  }
}

function timeOf(time: string): string {
  return `2026-10-01T${time}:00.000Z`;
}
