import type { Pool } from '#database';
import { dueScheduleOf, READ_COLUMNS, type DueRow } from '../due/due-table';
import type { DueSchedule } from '../projection/due-schedule';

const BATCH = 100;

/** Active schedules of which more jobs in a row failed than they allow. */
export async function failingSchedules(pool: Pool): Promise<readonly DueSchedule[]> {
  const { rows } = await pool.query<DueRow>({
    name: 'failing-schedules',
    text: `SELECT ${READ_COLUMNS} FROM scheduler.due d WHERE failures >= failure_limit AND status = 'active' LIMIT $1`,
    values: [BATCH],
  });
  return rows.map(dueScheduleOf);
}

/** Paused schedules whose pause has ended, the longest ago first. */
export async function schedulesToResume(pool: Pool, now: Date): Promise<readonly DueSchedule[]> {
  const { rows } = await pool.query<DueRow>({
    name: 'schedules-to-resume',
    text: `SELECT ${READ_COLUMNS} FROM scheduler.due d WHERE paused_until <= $1 ORDER BY paused_until LIMIT $2`,
    values: [now, BATCH],
  });
  return rows.map(dueScheduleOf);
}
