import { transaction, type PoolClient } from '#database';
import type { BackfillEvent, BackfillOutcomes, JobEvent } from '#domain';
import { loadCheckpoint, moveCheckpoint } from '#event-feed';
import { toDomainEvent, type FeedBatch, type RecordedEvent, type RunningSubscription } from '#event-sourcing';
import type { ProjectionParts } from '../projection/schedule-projection';
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
export class BackfillProjection {
  readonly #parts: ProjectionParts;
  #running: RunningSubscription | undefined;
  #problem: string | null = null;

  constructor(parts: ProjectionParts) {
    this.#parts = parts;
  }

  /** Null when it follows the feed, else why not. */
  get problem(): string | null {
    return this.#problem;
  }

  async start(): Promise<void> {
    const { pool, eventFeed, logger } = this.#parts;
    this.#running = await eventFeed.subscribe({
      group: BACKFILLS_GROUP,
      batchSize: 1000,
      load: (source) => loadCheckpoint(pool, BACKFILLS_GROUP, source),
      handle: (batch) => this.handle(batch),
      onError: (error, tries) => {
        this.#problem = 'the scheduler cannot follow the backfills; see the log';
        logger.error({ err: error, tries, code: 'scheduler.backfill_projection_failed' }, 'backfills not updated');
      },
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async handle(batch: FeedBatch): Promise<void> {
    await transaction(this.#parts.pool, async (client) => {
      await moveCheckpoint(client, BACKFILLS_GROUP, batch);
      if (await apply(client, batch.events)) await client.query('SELECT pg_notify($1, $2)', [BACKFILL_CHANNEL, '']);
    });
    this.#problem = null;
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
