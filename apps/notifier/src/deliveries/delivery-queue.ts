import type { Pool, PoolClient } from '#database';
import type { QueueChanges } from './queue-changes';

/** The channel that tells workers of ready deliveries, and with the payload `CANCELLED` of those under way that were cancelled. */
export const QUEUE_CHANNEL = 'delivery_queue';
export const CANCELLED = 'cancelled';

/** A delivery that was given to a worker until its lease runs out. */
export interface Claim {
  readonly deliveryId: string;
  /** Names this one claim. */
  readonly worker: string;
  /** True when the lease of a worker before ran out: that attempt is lost. */
  readonly lost: boolean;
}

export type BeatAnswer = 'held' | 'cancelled' | 'taken';

export interface ClaimOptions {
  /** Begins the names of all claims of this process. */
  readonly process: string;
  /** A name for each delivery that is wanted. */
  readonly workers: readonly string[];
  /** Deliveries of one lane that this process makes at a time, at most. */
  readonly perLane: number;
}

const CLAIM = `
  WITH RECURSIVE lane AS (
    (SELECT lane FROM notifier.delivery_queue WHERE lease_owner IS NULL ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT n.lane FROM lane l CROSS JOIN LATERAL (
      SELECT q.lane FROM notifier.delivery_queue q WHERE q.lease_owner IS NULL AND q.lane > l.lane ORDER BY q.lane LIMIT 1
    ) n
  ), candidate AS (
    SELECT delivery_id, true AS lost, lease_expires_at AS since FROM notifier.delivery_queue
    WHERE lease_expires_at <= clock_timestamp()
    UNION ALL
    SELECT w.delivery_id, false, w.ready_at FROM lane l CROSS JOIN LATERAL (
      SELECT q.delivery_id, q.ready_at FROM notifier.delivery_queue q
      WHERE q.lane = l.lane AND q.lease_owner IS NULL AND q.ready_at <= clock_timestamp()
      ORDER BY q.ready_at, q.delivery_id LIMIT greatest(0, $3 - (
        SELECT count(*) FROM notifier.delivery_queue o WHERE o.lane = l.lane AND starts_with(o.lease_owner, $2)
      ))
    ) w
  ), chosen AS (
    SELECT q.delivery_id, c.lost, row_number() OVER () AS place FROM (
      SELECT q.delivery_id, c.lost FROM candidate c JOIN notifier.delivery_queue q USING (delivery_id)
      WHERE q.lease_owner IS NULL OR q.lease_expires_at <= clock_timestamp()
      ORDER BY c.since, q.delivery_id LIMIT cardinality($1::text[]) FOR UPDATE OF q SKIP LOCKED
    ) c JOIN notifier.delivery_queue q USING (delivery_id)
  )
  UPDATE notifier.delivery_queue q
  SET lease_owner = ($1::text[])[c.place], lease_expires_at = clock_timestamp() + $4 * interval '1 millisecond'
  FROM chosen c WHERE q.delivery_id = c.delivery_id
  RETURNING q.delivery_id, q.lease_owner, c.lost`;

/** The notifier's inbox; every time in it is the database's. */
export class DeliveryQueue {
  /** @param leaseMs milliseconds that a claim lasts after its last sign of life */
  constructor(
    private readonly pool: Pool,
    readonly leaseMs: number,
  ) {}

  async claim({ workers, process, perLane }: ClaimOptions): Promise<readonly Claim[]> {
    const { rows } = await this.pool.query<{ delivery_id: string; lease_owner: string; lost: boolean }>({
      name: 'claim-deliveries',
      text: CLAIM,
      values: [workers, process, perLane, this.leaseMs],
    });
    return rows.map(({ delivery_id, lease_owner, lost }) => ({ deliveryId: delivery_id, worker: lease_owner, lost }));
  }

  /** Milliseconds until something is ready by the mere time; null when nothing will be. */
  async nextInMs(): Promise<number | null> {
    const { rows } = await this.pool.query<{ ms: number | null }>(
      `SELECT extract(epoch FROM least(
         (SELECT min(ready_at) FROM notifier.delivery_queue WHERE lease_owner IS NULL),
         (SELECT min(lease_expires_at) FROM notifier.delivery_queue WHERE lease_owner IS NOT NULL)
       ) - clock_timestamp())::float8 * 1000 AS ms`,
    );
    const ms = rows[0]?.ms ?? null;
    return ms === null ? null : Math.max(Math.ceil(ms), 0);
  }

  /** Prolongs the leases of claims. Answers for each, in the order given. */
  async beat(claims: readonly Claim[]): Promise<readonly BeatAnswer[]> {
    const { rows } = await this.pool.query<{ delivery_id: string; lease_owner: string; cancel_requested: boolean }>(
      `UPDATE notifier.delivery_queue q
       SET lease_expires_at = clock_timestamp() + $3 * interval '1 millisecond'
       FROM unnest($1::uuid[], $2::text[]) AS c (delivery_id, worker)
       WHERE q.delivery_id = c.delivery_id AND q.lease_owner = c.worker
       RETURNING q.delivery_id, q.lease_owner, q.cancel_requested`,
      [claims.map(({ deliveryId }) => deliveryId), claims.map(({ worker }) => worker), this.leaseMs],
    );
    const held = new Map(rows.map((row) => [row.lease_owner, row.cancel_requested]));
    return claims.map(({ worker }) => {
      const cancelled = held.get(worker);
      return cancelled === undefined ? 'taken' : cancelled ? 'cancelled' : 'held';
    });
  }

  /** Gives a delivery back, not to be looked at for so many milliseconds. */
  async release({ deliveryId, worker }: Claim, delayMs: number): Promise<void> {
    await this.pool.query(
      `WITH released AS (
         UPDATE notifier.delivery_queue
         SET lease_owner = NULL, lease_expires_at = NULL, cancel_requested = false,
             ready_at = clock_timestamp() + $3 * interval '1 millisecond'
         WHERE delivery_id = $1 AND lease_owner = $2 RETURNING 1
       )
       SELECT pg_notify('${QUEUE_CHANNEL}', '') FROM released`,
      [deliveryId, worker, delayMs],
    );
  }

  /** Takes a delivery that has ended out of the queue. */
  async remove({ deliveryId, worker }: Claim): Promise<void> {
    await this.pool.query('DELETE FROM notifier.delivery_queue WHERE delivery_id = $1 AND lease_owner = $2', [
      deliveryId,
      worker,
    ]);
  }
}

/** Applies what events change. One that is under way and was cancelled is left to its worker, who stops it and removes it. */
export async function changeQueue(
  client: PoolClient,
  { queued, ended, cancelled }: QueueChanges & { readonly queued: readonly { readonly lane: string | null }[] },
): Promise<void> {
  const touched = [...ended, ...cancelled];
  if (touched.length > 0) {
    await client.query(
      'SELECT 1 FROM notifier.delivery_queue WHERE delivery_id = ANY ($1) ORDER BY delivery_id FOR UPDATE',
      [touched],
    );
    await client.query(
      `DELETE FROM notifier.delivery_queue
       WHERE delivery_id = ANY ($1) OR (delivery_id = ANY ($2) AND lease_owner IS NULL)`,
      [ended, cancelled],
    );
    await client.query(
      `WITH told AS (
         UPDATE notifier.delivery_queue SET cancel_requested = true WHERE delivery_id = ANY ($1) RETURNING 1
       )
       SELECT pg_notify('${QUEUE_CHANNEL}', '${CANCELLED}') FROM told LIMIT 1`,
      [cancelled],
    );
  }
  if (queued.length === 0) return;
  await client.query(
    `WITH added AS (
       INSERT INTO notifier.delivery_queue (delivery_id, lane, ready_at)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS q (delivery_id, lane, ready_at) ORDER BY 1
       ON CONFLICT (delivery_id) DO UPDATE SET cancel_requested = false
       RETURNING 1
     )
     SELECT pg_notify('${QUEUE_CHANNEL}', '') FROM added LIMIT 1`,
    [queued.map(({ deliveryId }) => deliveryId), queued.map(({ lane }) => lane), queued.map(({ readyAt }) => readyAt)],
  );
}
