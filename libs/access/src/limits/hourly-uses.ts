import type { Pool } from '#database';
import type { UserId } from '#domain';

/** What users may do so many times an hour. */
export type HourlyPurpose = 'delivery';

/**
 * The row is locked while it is changed, so of those who come at once none sees the count of a moment before. It keeps as many times
 * as the limit is: one more is allowed when the first of them is over an hour old.
 */
const TAKE = `
  INSERT INTO access.hourly_use AS u (user_id, purpose, used_at) VALUES ($1, $2, ARRAY[clock_timestamp()])
  ON CONFLICT (user_id, purpose) DO UPDATE
  SET used_at = (u.used_at || clock_timestamp())[greatest(cardinality(u.used_at) - $3 + 2, 1):]
  WHERE cardinality(u.used_at) < $3
    OR u.used_at[cardinality(u.used_at) - $3 + 1] <= clock_timestamp() - interval '1 hour'`;

const WAIT = `
  SELECT ceil(extract(epoch FROM
    used_at[cardinality(used_at) - $3 + 1] + interval '1 hour' - clock_timestamp()
  ))::integer AS seconds
  FROM access.hourly_use WHERE user_id = $1 AND purpose = $2`;

/** Counts what users do, over any hour that has just passed, for all processes together. */
export class HourlyUses {
  constructor(private readonly pool: Pool) {}

  /**
   * Counts one more.
   *
   * @param most times an hour, at least 1
   * @returns null when it was counted; else the seconds, at least 1, after which one more is allowed
   */
  async take(userId: UserId, purpose: HourlyPurpose, most: number): Promise<number | null> {
    const values = [userId, purpose, most];
    const { rowCount } = await this.pool.query({ name: 'take-hourly-use', text: TAKE, values });
    if (rowCount === 1) return null;
    const { rows } = await this.pool.query<{ seconds: number | null }>(WAIT, values);
    return Math.max(rows[0]?.seconds ?? 1, 1);
  }
}
