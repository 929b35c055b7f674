import { transaction, type Pool, type PoolClient } from '#database';
import { streamOf, type BurstPlanEvent, type JobEvent, type JobId, type ScheduleId } from '#domain';
import { loadCheckpoint, moveCheckpoint, type Projection } from '#event-feed';
import {
  toDomainEvent,
  type Checkpoint,
  type EventStore,
  type FeedBatch,
  type FeedSource,
  type RecordedEvent,
} from '#event-sourcing';
import { addLists, BURST_CHANNEL, hasBursts, loadBursts, saveBurst, type WaitingList } from './burst-table';

/** The group of those who follow bursts. */
export const BURSTS_GROUP = 'scheduler-bursts';

export const BURST_TYPES: readonly (BurstPlanEvent['type'] | 'JobCompleted')[] = [
  'BurstPlanned',
  'BurstWithdrawn',
  'JobCompleted',
];

/**
 * Keeps `scheduler.burst`, and the lists that wait to be expanded, from the store's feed. It reads the global order, so the plan that a
 * list is expanded by is the one that stood when its job completed. It requests nothing.
 */
export class BurstProjection implements Projection {
  readonly group = BURSTS_GROUP;
  readonly types = BURST_TYPES;
  readonly batchSize = 500;
  readonly #pool: Pool;
  readonly #eventStore: EventStore;

  constructor(pool: Pool, eventStore: EventStore) {
    this.#pool = pool;
    this.#eventStore = eventStore;
  }

  load(source: FeedSource): Promise<Checkpoint | null> {
    return loadCheckpoint(this.#pool, this.group, source);
  }

  async handle(batch: FeedBatch): Promise<void> {
    await transaction(this.#pool, async (client) => {
      await moveCheckpoint(client, this.group, batch);
      const lists = await this.#changed(client, batch.events);
      if (lists.length === 0) return;
      await addLists(client, lists);
      await client.query('SELECT pg_notify($1, $2)', [BURST_CHANNEL, '']);
    });
  }

  /** Saves the plans of a batch, and gives the lists that it has. */
  async #changed(client: PoolClient, events: readonly RecordedEvent[]): Promise<readonly WaitingList[]> {
    const plans = events.filter(({ type }) => type !== 'JobCompleted');
    if (plans.length === 0 && !(await hasBursts(client))) return [];
    const schedules = await this.#schedulesOf(events);
    const standing = await loadBursts(client, [...new Set(schedules.values())]);
    const changed = new Map<ScheduleId, number | null>();
    const lists: WaitingList[] = [];
    for (const recorded of events) {
      const event = toDomainEvent<BurstPlanEvent | Extract<JobEvent, { type: 'JobCompleted' }>>(recorded);
      switch (event.type) {
        case 'BurstPlanned':
          changed.set(event.scheduleId, recorded.revision);
          standing.set(event.scheduleId, recorded.revision);
          break;
        case 'BurstWithdrawn':
          changed.set(event.scheduleId, null);
          standing.delete(event.scheduleId);
          break;
        case 'JobCompleted': {
          const scheduleId = schedules.get(event.jobId);
          const planRevision = scheduleId === undefined ? undefined : standing.get(scheduleId);
          if (scheduleId === undefined || planRevision === undefined) break;
          lists.push({ jobId: event.jobId, scheduleId, planRevision });
        }
      }
    }
    for (const [scheduleId, revision] of changed) await saveBurst(client, scheduleId, revision);
    return lists;
  }

  /** Of the jobs that completed as occurrences of schedules. Backfills, reruns and retries are for whoever asked for them. */
  async #schedulesOf(events: readonly RecordedEvent[]): Promise<ReadonlyMap<JobId, ScheduleId>> {
    const completed = events.filter(({ type }) => type === 'JobCompleted');
    const places = completed.map(({ data }) => ({
      streamId: streamOf('job', (data as { readonly jobId: JobId }).jobId),
      revision: 0,
    }));
    const requests = places.length === 0 ? [] : await this.#eventStore.readAt(places);
    return new Map(
      requests.flatMap((recorded) => {
        const event = toDomainEvent<JobEvent>(recorded);
        if (event.type !== 'JobRequested' || event.request.origin !== 'schedule') return [];
        const { jobId, scheduleId } = event.request;
        return scheduleId === null ? [] : [[jobId, scheduleId] as const];
      }),
    );
  }
}
