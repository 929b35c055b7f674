import { transaction, type Pool, type PoolClient } from '#database';
import type { BackfillEvent, BackfillOutcomes, JobEvent } from '#domain';
import { loadCheckpoint, moveCheckpoint, type Projection } from '#event-feed';
import { toDomainEvent, type Checkpoint, type FeedBatch, type FeedSource, type RecordedEvent } from '#event-sourcing';
import {
  addBackfill,
  addRequested,
  BACKFILL_CHANNEL,
  cancelBackfill,
  endJobs,
  forgetEnded,
  removeBackfill,
} from './backfill-table';

/** The group of those who follow backfills. */
export const BACKFILLS_GROUP = 'scheduler-backfills';

const OUTCOMES: ReadonlyMap<string, keyof BackfillOutcomes> = new Map<JobEvent['type'], keyof BackfillOutcomes>([
  ['JobCompleted', 'completed'],
  ['JobFailed', 'failed'],
  ['JobCancelled', 'cancelled'],
  ['JobExpired', 'expired'],
]);

/**
 * Keeps `scheduler.backfill` and its jobs from the store's feed. It reads the global order: a backfill is known before its jobs, a
 * job before its end. It requests nothing, so it may be emptied and filled again at any time. It takes every event, since it needs
 * most of them, and so shares what others of the process read.
 */
export class BackfillProjection implements Projection {
  readonly group = BACKFILLS_GROUP;
  readonly batchSize = 1000;
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  load(source: FeedSource): Promise<Checkpoint | null> {
    return loadCheckpoint(this.#pool, this.group, source);
  }

  async handle(batch: FeedBatch): Promise<void> {
    await transaction(this.#pool, async (client) => {
      await moveCheckpoint(client, this.group, batch);
      if (await apply(client, batch.events)) await client.query('SELECT pg_notify($1, $2)', [BACKFILL_CHANNEL, '']);
    });
  }
}

/** Returns whether anything has changed. What begins comes before what ends, in a batch as in the feed. */
async function apply(client: PoolClient, events: readonly RecordedEvent[]): Promise<boolean> {
  const changes = events.filter(({ streamId }) => streamId.startsWith('backfill-'));
  for (const { event, revision } of changes.map(read)) {
    if (event.type === 'BackfillStarted') await addBackfill(client, event, revision);
  }
  const requests = events.flatMap((event) => requestOf(event) ?? []);
  if (requests.length > 0) await addRequested(client, requests);
  for (const { event, revision } of changes.map(read)) {
    if (event.type === 'BackfillCancelled') await cancelBackfill(client, event, revision);
  }
  const ended = events.flatMap(({ type, data }) => {
    const outcome = OUTCOMES.get(type);
    return outcome === undefined ? [] : { jobId: (data as { readonly jobId: string }).jobId, outcome };
  });
  const hasEnded = ended.length > 0 && (await endJobs(client, ended));
  for (const { event } of changes.map(read)) {
    if (event.type === 'BackfillCompleted') await removeBackfill(client, event.backfillId);
  }
  if (changes.length > 0 || hasEnded) await forgetEnded(client);
  return changes.length > 0 || requests.length > 0 || hasEnded;
}

function read(recorded: RecordedEvent) {
  return { event: toDomainEvent<BackfillEvent>(recorded), revision: recorded.revision };
}

function requestOf(recorded: RecordedEvent) {
  if (recorded.type !== 'JobRequested') return undefined;
  const { request } = toDomainEvent<Extract<JobEvent, { type: 'JobRequested' }>>(recorded);
  return request.backfillId === null ? undefined : request;
}
