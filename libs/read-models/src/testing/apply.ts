import type { Pool } from '#database';
import {
  START,
  STORE_SOURCE,
  type Checkpoint,
  type FeedBatch,
  type FeedSource,
  type RecordedEvent,
} from '#event-sourcing';

interface Projection {
  load(source: FeedSource): Promise<Checkpoint | null>;
  handle(batch: FeedBatch): Promise<void>;
}

/** Feeds the events to a projection as a feed would, so many at a time, from where its checkpoint stands. */
export async function applyAll(
  projection: Projection,
  events: readonly RecordedEvent[],
  batchSize: number,
): Promise<void> {
  for (let from = 0; from < events.length; from += batchSize) {
    const batch = events.slice(from, from + batchSize);
    const previous = (await projection.load(STORE_SOURCE)) ?? { position: START, offset: null };
    const position = previous.position + BigInt(batch.length);
    await projection.handle({ source: STORE_SOURCE, events: batch, previous, checkpoint: { position, offset: null } });
  }
}

export const READ_MODEL_TABLES = [
  'data_source',
  'dataset',
  'calendar',
  'self_service_template',
  'template_revision',
  'template_share',
  'schedule',
  'skipped_occurrence',
  'job_request',
  'job_attempt',
  'template_job_mapping',
  'backfill',
  'circuit',
  'destination',
  'delivery',
  'delivery_attempt',
] as const;

/** All rows of all tables but the audit trail, in an order of their own content. */
export async function contentsOf(pool: Pool): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const contents: Record<string, readonly unknown[]> = {};
  for (const table of READ_MODEL_TABLES) {
    const { rows } = await pool.query<{ row: unknown }>(
      `SELECT to_jsonb(t) AS row FROM read_model.${table} t ORDER BY to_jsonb(t)::text`,
    );
    contents[table] = rows.map(({ row }) => row);
  }
  return contents;
}
