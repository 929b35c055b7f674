import type { PoolClient } from '#database';
import { toInstant, type JobId, type ScheduleId } from '#domain';
import { dueScheduleOf, READ_COLUMNS, type DueRow } from '../due/due-table';
import type { DueSchedule } from '../projection/due-schedule';

/** An occurrence that something other than the clock made due. */
export interface Triggered {
  readonly jobId: JobId;
  readonly scheduleId: ScheduleId;
  readonly nominalTime: Date;
  /** How many schedules after the first one of its chain: 1 for the first that waited. */
  readonly links: number;
  /** Whether it was requested. */
  readonly settled: boolean;
}

export interface ClaimedTrigger extends Pick<Triggered, 'jobId' | 'nominalTime'> {
  readonly schedule: DueSchedule;
}

export interface TriggerWindow {
  readonly from: Date | null;
  readonly until: Date;
  readonly except: readonly ScheduleId[];
  readonly limit: number;
}

/** Locks what was triggered between two instants and not settled, with its schedules, the earliest first. */
export async function claimTriggered(client: PoolClient, window: TriggerWindow): Promise<readonly ClaimedTrigger[]> {
  const { rows } = await client.query<DueRow & { readonly job_id: string; readonly nominal_time: Date }>({
    name: 'claim-triggered',
    text: `SELECT ${READ_COLUMNS}, t.job_id, t.nominal_time
           FROM scheduler.triggered t JOIN scheduler.due d ON d.schedule_id = t.schedule_id
           WHERE NOT t.settled AND t.nominal_time <= $1 AND t.nominal_time >= coalesce($2, '-infinity'::timestamptz)
             AND t.schedule_id <> ALL ($3::uuid[])
           ORDER BY t.nominal_time LIMIT $4 FOR UPDATE SKIP LOCKED`,
    values: [window.until, window.from, window.except, window.limit],
  });
  return rows.map((row) => ({ jobId: row.job_id, nominalTime: row.nominal_time, schedule: dueScheduleOf(row) }));
}

/** What is known of these jobs, as far as they were triggered. */
export async function loadTriggered(client: PoolClient, jobIds: readonly JobId[]): Promise<Map<JobId, Triggered>> {
  const { rows } = await client.query<Triggered>({
    name: 'load-triggered',
    text: `SELECT job_id AS "jobId", schedule_id AS "scheduleId", nominal_time AS "nominalTime", links, settled
           FROM scheduler.triggered WHERE job_id = ANY ($1)`,
    values: [jobIds],
  });
  return new Map(rows.map((row) => [row.jobId, row]));
}

export async function saveTriggered(client: PoolClient, triggered: readonly Triggered[]): Promise<void> {
  if (triggered.length === 0) return;
  await client.query({
    name: 'save-triggered',
    text: `INSERT INTO scheduler.triggered (job_id, schedule_id, nominal_time, links, settled)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::boolean[])
           ON CONFLICT (job_id) DO UPDATE SET settled = triggered.settled OR EXCLUDED.settled`,
    values: [
      triggered.map(({ jobId }) => jobId),
      triggered.map(({ scheduleId }) => scheduleId),
      triggered.map(({ nominalTime }) => toInstant(nominalTime)),
      triggered.map(({ links }) => links),
      triggered.map(({ settled }) => settled),
    ],
  });
}

/** Marks these as requested. */
export async function settleTriggered(client: PoolClient, jobIds: readonly JobId[]): Promise<void> {
  if (jobIds.length === 0) return;
  await client.query({
    name: 'settle-triggered',
    text: 'UPDATE scheduler.triggered SET settled = true WHERE job_id = ANY ($1)',
    values: [jobIds],
  });
}

/** Those that were skipped or dropped, and those whose jobs have ended. */
export async function forgetTriggered(client: PoolClient, jobIds: readonly JobId[]): Promise<void> {
  if (jobIds.length === 0) return;
  await client.query({
    name: 'forget-triggered',
    text: 'DELETE FROM scheduler.triggered WHERE job_id = ANY ($1)',
    values: [jobIds],
  });
}
