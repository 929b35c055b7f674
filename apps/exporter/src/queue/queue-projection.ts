import { transaction, type Pool, type PoolClient } from '#database';
import { loadCheckpoint, moveCheckpoint, type Projection } from '#event-feed';
import type { Checkpoint, FeedBatch, FeedSource } from '#event-sourcing';
import { CIRCUIT_EVENTS, circuitChangesOf, recordCircuits } from '../circuits/circuit-table';
import { CANCELLED, QUEUE_CHANNEL } from './export-queue';
import { changesOf, QUEUE_EVENTS, type QueueChanges } from './queue-changes';
import { recordSources, SOURCE_EVENTS, sourceChangesOf } from './queue-sources';

/** The exporter's group of subscribers. */
export const EXPORTER_GROUP = 'exporter';

export interface QueueProjectionParts {
  readonly pool: Pool;
  /** Milliseconds that the lease of a job found running lasts. */
  readonly leaseMs: number;
}

/**
 * Puts requested jobs into the queue, in the transaction of its checkpoint, and takes out those that have ended. It runs
 * nothing, so however long exports take, the feed flows on.
 */
export class QueueProjection implements Projection {
  readonly group = EXPORTER_GROUP;
  readonly types = [...QUEUE_EVENTS, ...SOURCE_EVENTS, ...CIRCUIT_EVENTS];
  readonly parks = true;
  readonly #parts: QueueProjectionParts;

  constructor(parts: QueueProjectionParts) {
    this.#parts = parts;
  }

  load(source: FeedSource): Promise<Checkpoint | null> {
    return loadCheckpoint(this.#parts.pool, this.group, source);
  }

  async handle(batch: FeedBatch): Promise<void> {
    const changes = changesOf(batch.events);
    const sources = sourceChangesOf(batch.events);
    const circuits = circuitChangesOf(batch.events);
    await transaction(this.#parts.pool, async (client) => {
      await moveCheckpoint(client, this.group, batch);
      await this.#changeQueued(client, changes);
      await removeEnded(client, changes);
      await this.#enqueue(client, changes);
      await recordOutputs(client, changes);
      await recordSources(client, sources);
      await recordCircuits(client, circuits);
    });
  }

  async #changeQueued(client: PoolClient, { started, waiting, cancelled, ended }: QueueChanges): Promise<void> {
    const touched = [...started, ...waiting].map(({ jobId }) => jobId).concat(cancelled, ended);
    if (touched.length === 0) return;
    await client.query('SELECT 1 FROM exporter.export_queue WHERE job_id = ANY ($1) ORDER BY job_id FOR UPDATE', [
      touched,
    ]);
    if (cancelled.length > 0) {
      await client.query(
        `WITH told AS (UPDATE exporter.export_queue SET cancel_requested = true WHERE job_id = ANY ($1) RETURNING 1)
         SELECT pg_notify('${QUEUE_CHANNEL}', '${CANCELLED}') FROM told LIMIT 1`,
        [cancelled],
      );
    }
    if (waiting.length > 0) {
      await client.query(
        `UPDATE exporter.export_queue q
         SET ready_at = greatest(q.ready_at, w.ready_at), attempt = w.attempt,
             delayed = greatest(q.ready_at, w.ready_at) > clock_timestamp()
         FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[]) AS w (job_id, attempt, ready_at)
         WHERE q.job_id = w.job_id AND q.lease_owner IS NULL AND q.attempt < w.attempt`,
        [
          waiting.map(({ jobId }) => jobId),
          waiting.map(({ attempt }) => attempt),
          waiting.map(({ readyAt }) => readyAt),
        ],
      );
    }
    if (started.length > 0) {
      // Only when the queue is built anew: a job that runs is left to its worker.
      await client.query(
        `UPDATE exporter.export_queue q
         SET attempt = s.attempt, lease_owner = s.worker, delayed = false,
             lease_expires_at = clock_timestamp() + $4 * interval '1 millisecond'
         FROM unnest($1::uuid[], $2::integer[], $3::text[]) AS s (job_id, attempt, worker)
         WHERE q.job_id = s.job_id AND q.lease_owner IS NULL AND q.attempt < s.attempt`,
        [
          started.map(({ jobId }) => jobId),
          started.map(({ attempt }) => attempt),
          started.map(({ worker }) => worker),
          this.#parts.leaseMs,
        ],
      );
    }
  }

  async #enqueue(client: PoolClient, { queued }: QueueChanges): Promise<void> {
    if (queued.length === 0) return;
    await client.query({
      name: 'enqueue-exports',
      text: `WITH added AS (
               INSERT INTO exporter.export_queue (job_id, owner, dataset_id, priority, level, schedule_id, nominal_time, exclusive,
                                                  enqueued_at, ready_at, start_before, attempt, lease_owner, delayed,
                                                  lease_expires_at)
               SELECT j.*, j.lease_owner IS NULL AND j.ready_at > clock_timestamp(),
                      CASE WHEN j.lease_owner IS NOT NULL THEN clock_timestamp() + $14 * interval '1 millisecond' END
               FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::smallint[], $6::uuid[], $7::timestamptz[],
                           $8::boolean[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::integer[], $13::text[])
                 AS j (job_id, owner, dataset_id, priority, level, schedule_id, nominal_time, exclusive,
                       enqueued_at, ready_at, start_before, attempt, lease_owner)
               ON CONFLICT (job_id) DO NOTHING
               RETURNING 1
             )
             SELECT pg_notify('${QUEUE_CHANNEL}', '') FROM added LIMIT 1`,
      values: [
        queued.map(({ jobId }) => jobId),
        queued.map(({ owner }) => owner),
        queued.map(({ datasetId }) => datasetId),
        queued.map(({ priority }) => priority),
        queued.map(({ level }) => level),
        queued.map(({ scheduleId }) => scheduleId),
        queued.map(({ nominalTime }) => nominalTime),
        queued.map(({ exclusive }) => exclusive),
        queued.map(({ enqueuedAt }) => enqueuedAt),
        queued.map(({ readyAt }) => readyAt),
        queued.map(({ startBefore }) => startBefore),
        queued.map(({ attempt }) => attempt),
        queued.map(({ worker }) => worker),
        this.#parts.leaseMs,
      ],
    });
  }
}

/** A cancelled job that runs is left to its worker, who stops the export and removes it. */
async function removeEnded(client: PoolClient, { ended, cancelled }: QueueChanges): Promise<void> {
  if (ended.length + cancelled.length === 0) return;
  await client.query(
    `DELETE FROM exporter.export_queue
     WHERE job_id = ANY ($1) OR (job_id = ANY ($2) AND lease_owner IS NULL)`,
    [ended, cancelled],
  );
}

async function recordOutputs(client: PoolClient, { stored, expired }: QueueChanges): Promise<void> {
  if (stored.length > 0) {
    await client.query(
      `INSERT INTO exporter.stored_output (job_id, attempt, expires_at)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[])
       ON CONFLICT (job_id) DO NOTHING`,
      [
        stored.map(({ jobId }) => jobId),
        stored.map(({ attempt }) => attempt),
        stored.map(({ expiresAt }) => expiresAt),
      ],
    );
  }
  if (expired.length > 0) {
    await client.query('DELETE FROM exporter.stored_output WHERE job_id = ANY ($1)', [expired]);
  }
}
