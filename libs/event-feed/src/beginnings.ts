import type { Pool } from '#database';
import type { Checkpoint, EventStore, FeedSource } from '#event-sourcing';
import { loadCheckpoint } from './checkpoints';

/**
 * The stored checkpoint of a group that is told only of what is new: where there is none, a source begins where the store ended
 * when the group first started, or as far as the group had already got by the store's own feed.
 */
export async function loadFromHead(
  { pool, store }: { readonly pool: Pool; readonly store: Pick<EventStore, 'head'> },
  group: string,
  source: FeedSource,
): Promise<Checkpoint | null> {
  const known = await loadCheckpoint(pool, group, source);
  if (known) return known;
  const head = await store.head();
  await pool.query('INSERT INTO event_feed.beginning (group_name, position) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    group,
    head.toString(),
  ]);
  await pool.query(
    `INSERT INTO event_feed.checkpoint (group_name, source, position)
     SELECT b.group_name, $2, greatest(b.position, s.position)
     FROM event_feed.beginning b LEFT JOIN event_feed.checkpoint s ON s.group_name = b.group_name AND s.source = 'store'
     WHERE b.group_name = $1
     ON CONFLICT DO NOTHING`,
    [group, source],
  );
  return loadCheckpoint(pool, group, source);
}
