import type { Pool, PoolClient } from '#database';
import type { UserId } from '#domain';

/**
 * Whose notices have to be looked at. A person is claimed under a lease, on the database's clock, so that one process at a time
 * plans and sends for them; another takes over where that one dies.
 */
export class Recipients {
  /** @param owner names this process @param leaseMs milliseconds without a renewal after which another may take over */
  constructor(
    private readonly pool: Pool,
    private readonly owner: string,
    private readonly leaseMs: number,
  ) {}

  /** Somebody whose time has come, or whose holder fell silent; null: nobody. What wakes them meanwhile is kept. */
  async claim(now: Date): Promise<UserId | null> {
    const { rows } = await this.pool.query<{ user_id: string }>(
      `UPDATE notifier.recipient
       SET plan_at = NULL, lease_owner = $1, lease_expires_at = clock_timestamp() + $2 * interval '1 millisecond'
       WHERE user_id = (
         SELECT user_id FROM notifier.recipient
         WHERE (lease_owner IS NULL AND plan_at <= $3) OR lease_expires_at < clock_timestamp()
         ORDER BY plan_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED
       )
       RETURNING user_id`,
      [this.owner, this.leaseMs, now],
    );
    return rows[0]?.user_id ?? null;
  }

  /** False when another has taken over: then this process must let go. Within a transaction it keeps others out until its end. */
  async renew(userId: UserId, client: Pool | PoolClient = this.pool): Promise<boolean> {
    const { rowCount } = await client.query(
      `UPDATE notifier.recipient SET lease_expires_at = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE user_id = $1 AND lease_owner = $2`,
      [userId, this.owner, this.leaseMs],
    );
    return rowCount === 1;
  }

  /** @param nextAt when to look again; null: when something happens */
  async release(userId: UserId, nextAt: Date | null): Promise<void> {
    await this.pool.query(
      `UPDATE notifier.recipient SET lease_owner = NULL, lease_expires_at = NULL, plan_at = least(plan_at, $3)
       WHERE user_id = $1 AND lease_owner = $2`,
      [userId, this.owner, nextAt],
    );
  }

  /** When the next one is due; null: nobody waits. */
  async nextAt(): Promise<Date | null> {
    const { rows } = await this.pool.query<{ plan_at: Date | null }>(
      'SELECT min(plan_at) AS plan_at FROM notifier.recipient WHERE lease_owner IS NULL AND plan_at IS NOT NULL',
    );
    return rows[0]?.plan_at ?? null;
  }
}
