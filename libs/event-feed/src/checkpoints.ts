import type { Pool, PoolClient } from '#database';
import { CheckpointMoved, type Checkpoint, type FeedBatch, type FeedSource } from '#event-sourcing';
import { park, settle } from './parking/park';

/** The channel that tells of moved checkpoints; the payload is the group. */
export const CHECKPOINT_CHANNEL = 'checkpoint';

export async function loadCheckpoint(pool: Pool, group: string, source: FeedSource): Promise<Checkpoint | null> {
  const { rows } = await pool.query<{ position: string; offset: string | null }>(
    'SELECT position, "offset" FROM event_feed.checkpoint WHERE group_name = $1 AND source = $2',
    [group, source],
  );
  const row = rows[0];
  return row ? { position: BigInt(row.position), offset: row.offset } : null;
}

/**
 * Moves a group's checkpoint inside the transaction that applies the batch, by compare-and-set. Do it first: the row lock
 * then keeps a second instance from applying the same batch. What the batch parks and settles is stored as well. Throws
 * `CheckpointMoved` when another instance was faster.
 */
export async function moveCheckpoint(client: PoolClient, group: string, batch: FeedBatch): Promise<void> {
  const { rowCount } = await client.query({
    name: 'move-checkpoint',
    text: `WITH moved AS (
             INSERT INTO event_feed.checkpoint AS c (group_name, source, position, "offset")
             -- A row that is gone although the batch follows on one was deleted: to begin anew, not to be made again.
             SELECT $1, $2, $3, $4 WHERE $5 = 0 OR EXISTS (
               SELECT FROM event_feed.checkpoint o WHERE o.group_name = $1 AND o.source = $2
             )
             ON CONFLICT (group_name, source) DO UPDATE
               SET position = EXCLUDED.position, "offset" = EXCLUDED."offset", updated_at = clock_timestamp()
               WHERE c.position = $5 AND c."offset" IS NOT DISTINCT FROM $6
             RETURNING 1
           )
           SELECT pg_notify('${CHECKPOINT_CHANNEL}', $1) FROM moved`,
    values: [
      group,
      batch.source,
      batch.checkpoint.position.toString(),
      batch.checkpoint.offset,
      batch.previous.position.toString(),
      batch.previous.offset,
    ],
  });
  if (rowCount === 0) throw new CheckpointMoved(group, batch.source);
  if (batch.parked?.length) await park(client, group, batch, batch.parked);
  if (batch.settled?.length) await settle(client, group, batch, batch.settled);
}
