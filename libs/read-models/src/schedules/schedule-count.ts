import type { Pool } from '#database';
import type { ScheduleId, UserId } from '#domain';

export interface OwnedSchedules {
  /** Those that are not removed. */
  readonly kept: number;
  /** Which of the schedules asked about are known here, removed or not. */
  readonly known: readonly ScheduleId[];
}

/** How many schedules a person has, without `except`, and which of some are counted already or were. */
export async function countSchedules(
  pool: Pool,
  owner: UserId,
  { except, among }: { readonly except: ScheduleId; readonly among: readonly ScheduleId[] },
): Promise<OwnedSchedules> {
  const { rows } = await pool.query<OwnedSchedules>(
    `SELECT count(*) FILTER (WHERE status <> 'removed' AND schedule_id <> $2)::integer AS kept,
            coalesce(array_agg(schedule_id) FILTER (WHERE schedule_id = ANY ($3::uuid[])), '{}') AS known
     FROM read_model.schedule WHERE owner = $1`,
    [owner, except, among],
  );
  return rows[0] ?? { kept: 0, known: [] };
}
