import type { PoolClient } from '#database';
import { CheckpointMoved, STREAM_WAITS, type FeedBatch, type ParkedEvent } from '#event-sourcing';
import { PARKED_CHANNEL } from './parked-events';
import { storedHeaders } from './record-columns';

/**
 * Stores what a batch parks, in the transaction that has moved its checkpoint. Throws `CheckpointMoved` when a stream that
 * events wait behind was dropped meanwhile, so that they need not wait.
 */
export async function park(
  client: PoolClient,
  group: string,
  batch: FeedBatch,
  parked: readonly ParkedEvent[],
): Promise<void> {
  const fresh = new Set(parked.filter(({ fault }) => fault.code !== STREAM_WAITS).map(({ streamId }) => streamId));
  const waiting = new Set(parked.map(({ streamId }) => streamId).filter((streamId) => !fresh.has(streamId)));
  if (waiting.size > 0) {
    const { rows } = await client.query<{ streams: number }>(
      `SELECT count(DISTINCT stream_id)::integer AS streams FROM event_feed.parked_event
       WHERE group_name = $1 AND stream_id = ANY ($2) AND status <> 'dropped'`,
      [group, [...waiting]],
    );
    if (rows[0]?.streams !== waiting.size) throw new CheckpointMoved(group, batch.source);
  }
  for (const event of parked) await insert(client, group, batch, event);
  await client.query(`SELECT pg_notify('${PARKED_CHANNEL}', $1)`, [group]);
}

/** An event that was dropped once and comes again, since its group began anew, is parked like any other. */
async function insert(client: PoolClient, group: string, batch: FeedBatch, parked: ParkedEvent): Promise<void> {
  const { streamId, event, record, offset, fault } = parked;
  const key = event
    ? '(group_name, position) WHERE position IS NOT NULL'
    : '(group_name, source, record_offset) WHERE position IS NULL';
  await client.query({
    text: `INSERT INTO event_feed.parked_event AS p
             (group_name, source, stream_id, position, event_id, event_type, record_offset, record_key, record_value,
              record_headers, error_code, error_message, tries)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT ${key} DO UPDATE
             SET status = 'parked', error_code = EXCLUDED.error_code, error_message = EXCLUDED.error_message,
                 tries = EXCLUDED.tries, dropped_at = NULL, dropped_by = NULL, drop_reason = NULL
             WHERE p.status = 'dropped'`,
    values: [
      group,
      batch.source,
      streamId,
      event?.position.toString() ?? null,
      event?.id ?? null,
      event?.type ?? null,
      offset,
      record?.key ?? null,
      record?.value ?? null,
      record ? JSON.stringify(storedHeaders(record.headers)) : null,
      fault.code,
      // PostgreSQL's text has no NUL.
      fault.message.replaceAll('\0', ''),
      fault.tries,
    ],
  });
}

/**
 * Removes what a batch applied at last, in the transaction that has moved its checkpoint. Throws `CheckpointMoved` when
 * another instance or a person was faster.
 */
export async function settle(
  client: PoolClient,
  group: string,
  batch: FeedBatch,
  settled: readonly string[],
): Promise<void> {
  const { rowCount } = await client.query(
    `DELETE FROM event_feed.parked_event WHERE group_name = $1 AND parked_id = ANY ($2) AND status <> 'dropped'`,
    [group, settled],
  );
  if (rowCount !== settled.length) throw new CheckpointMoved(group, batch.source);
}
