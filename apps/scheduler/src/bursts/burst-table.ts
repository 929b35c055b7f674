import type { PoolClient } from '#database';
import type { JobId, ScheduleId } from '#domain';

/** The channel that tells that a list may be there to be expanded. */
export const BURST_CHANNEL = 'scheduler_burst';

type Client = Pick<PoolClient, 'query'>;

/** A list that waits to be expanded. */
export interface WaitingList {
  /** The job that made it. */
  readonly jobId: JobId;
  readonly scheduleId: ScheduleId;
  /** Revision of the burst's plan that stood when the job completed. */
  readonly planRevision: number;
}

export interface ClaimedList extends WaitingList {
  /** How often it could not even be looked at. */
  readonly tries: number;
}

/** Whether any schedule has a burst: hardly any job makes a list. */
export async function hasBursts(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>('SELECT EXISTS (SELECT FROM scheduler.burst)');
  return rows[0]?.exists === true;
}

/** Revisions of the plans that stand, of those among the schedules that have one. */
export async function loadBursts(client: Client, scheduleIds: readonly ScheduleId[]): Promise<Map<ScheduleId, number>> {
  const { rows } = await client.query<{ scheduleId: string; revision: number }>({
    name: 'load-bursts',
    text: `SELECT schedule_id AS "scheduleId", plan_revision AS revision FROM scheduler.burst WHERE schedule_id = ANY ($1)`,
    values: [scheduleIds],
  });
  return new Map(rows.map(({ scheduleId, revision }) => [scheduleId, revision]));
}

/** @param revision of the plan that stands; null: it was withdrawn */
export async function saveBurst(client: Client, scheduleId: ScheduleId, revision: number | null): Promise<void> {
  if (revision === null) {
    await client.query('DELETE FROM scheduler.burst WHERE schedule_id = $1', [scheduleId]);
    return;
  }
  await client.query(
    `INSERT INTO scheduler.burst (schedule_id, plan_revision) VALUES ($1, $2)
     ON CONFLICT (schedule_id) DO UPDATE SET plan_revision = EXCLUDED.plan_revision`,
    [scheduleId, revision],
  );
}

export async function addLists(client: Client, lists: readonly WaitingList[]): Promise<void> {
  await client.query({
    name: 'add-burst-lists',
    text: `INSERT INTO scheduler.burst_list (job_id, schedule_id, plan_revision)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) ON CONFLICT (job_id) DO NOTHING`,
    values: [
      lists.map(({ jobId }) => jobId),
      lists.map(({ scheduleId }) => scheduleId),
      lists.map(({ planRevision }) => planRevision),
    ],
  });
}

/** Locks a list that is ready and passes over those that another instance holds; null when there is none. */
export async function claimList(client: Client): Promise<ClaimedList | null> {
  const { rows } = await client.query<ClaimedList>({
    name: 'claim-burst-list',
    text: `SELECT job_id AS "jobId", schedule_id AS "scheduleId", plan_revision AS "planRevision", tries
           FROM scheduler.burst_list WHERE ready_at <= clock_timestamp()
           ORDER BY ready_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  });
  return rows[0] ?? null;
}

/** Nobody looks at it again: its burst has an outcome. */
export async function removeList(client: Client, jobId: JobId): Promise<void> {
  await client.query({
    name: 'remove-burst-list',
    text: 'DELETE FROM scheduler.burst_list WHERE job_id = $1',
    values: [jobId],
  });
}

/** It is looked at again after so many milliseconds. */
export async function postponeList(client: Client, jobId: JobId, delayMs: number): Promise<void> {
  await client.query({
    name: 'postpone-burst-list',
    text: `UPDATE scheduler.burst_list
           SET tries = tries + 1, ready_at = clock_timestamp() + $2 * interval '1 millisecond' WHERE job_id = $1`,
    values: [jobId, delayMs],
  });
}

/** Milliseconds until a list is ready by the mere time; null when none waits. */
export async function nextListInMs(client: Client): Promise<number | null> {
  const { rows } = await client.query<{ ms: number | null }>(
    `SELECT extract(epoch FROM min(ready_at) - clock_timestamp())::float8 * 1000 AS ms FROM scheduler.burst_list`,
  );
  const ms = rows[0]?.ms ?? null;
  return ms === null ? null : Math.max(0, Math.ceil(ms));
}
