import type { PoolClient } from '#database';
import type {
  BackfillEvent,
  BackfillId,
  BackfillOutcomes,
  Instant,
  JobId,
  JobRequest,
  Priority,
  ScheduleId,
  TemplateId,
  TimeZone,
  UserId,
} from '#domain';

/** The channel that tells that a backfill may have something to do. */
export const BACKFILL_CHANNEL = 'scheduler_backfill';

type Client = Pick<PoolClient, 'query'>;
type Started = Extract<BackfillEvent, { type: 'BackfillStarted' }>;
type Cancelled = Extract<BackfillEvent, { type: 'BackfillCancelled' }>;

export async function addBackfill(client: Client, started: Started, revision: number): Promise<void> {
  await client.query({
    name: 'add-backfill',
    text: `INSERT INTO scheduler.backfill (backfill_id, backfill_revision, schedule_id, schedule_revision, template_id,
             template_revision, owner, time_zone, occurrences, total, concurrency, priority, status, cancel_running)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, cardinality($9::text[]), $10, $11, 'active', false)
           ON CONFLICT (backfill_id) DO NOTHING`,
    values: [
      ...[started.backfillId, revision, started.scheduleId, started.scheduleRevision, started.templateId],
      ...[started.templateRevision, started.owner, started.timeZone, started.occurrences],
      ...[started.concurrency, started.priority],
    ],
  });
}

/** Takes note of jobs that were requested. The backfill's row first: whoever requests for it holds that until it is done. */
export async function addRequested(client: Client, requests: readonly JobRequest[]): Promise<void> {
  const values = [
    requests.map(({ backfillId }) => backfillId),
    requests.map(({ jobId }) => jobId),
    requests.map(({ nominalTime }) => nominalTime),
  ];
  await client.query({
    name: 'count-requested',
    text: `UPDATE scheduler.backfill b
           SET requested = greatest(b.requested, (
             SELECT max(array_position(b.occurrences, r.nominal_time))
             FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS r (backfill_id, job_id, nominal_time)
             WHERE r.backfill_id = b.backfill_id
           ))
           WHERE b.backfill_id = ANY ($1)`,
    values,
  });
  await addJobs(client, requests as readonly BackfillJob[]);
}

interface BackfillJob {
  readonly backfillId: BackfillId;
  readonly jobId: JobId;
}

async function addJobs(client: Client, jobs: readonly BackfillJob[]): Promise<void> {
  await client.query({
    name: 'add-backfill-jobs',
    text: `INSERT INTO scheduler.backfill_job (job_id, backfill_id)
           SELECT r.job_id, r.backfill_id FROM unnest($1::uuid[], $2::uuid[]) AS r (job_id, backfill_id)
           JOIN scheduler.backfill b ON b.backfill_id = r.backfill_id
           ON CONFLICT (job_id) DO NOTHING`,
    values: [jobs.map(({ jobId }) => jobId), jobs.map(({ backfillId }) => backfillId)],
  });
}

export interface EndedJob {
  readonly jobId: JobId;
  readonly outcome: keyof BackfillOutcomes;
}

/** Takes note of how jobs ended, most of which are of no backfill. Returns whether one was. */
export async function endJobs(client: Client, jobs: readonly EndedJob[]): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'end-backfill-jobs',
    text: `UPDATE scheduler.backfill_job j SET outcome = e.outcome
           FROM unnest($1::uuid[], $2::text[]) AS e (job_id, outcome) WHERE j.job_id = e.job_id`,
    values: [jobs.map(({ jobId }) => jobId), jobs.map(({ outcome }) => outcome)],
  });
  return (rowCount ?? 0) > 0;
}

export async function cancelBackfill(client: Client, cancelled: Cancelled, revision: number): Promise<void> {
  const { backfillId, cancelRunning } = cancelled;
  await client.query(
    `UPDATE scheduler.backfill
     SET status = 'cancelled', occurrences = '{}', cancel_running = cancel_running OR $2, backfill_revision = $3
     WHERE backfill_id = $1`,
    [backfillId, cancelRunning, revision],
  );
  if (cancelRunning) {
    await client.query('UPDATE scheduler.backfill_job SET settled = false WHERE backfill_id = $1', [backfillId]);
  }
}

/** Jobs that have ended are of no more use to backfills that were cancelled. */
export async function forgetEnded(client: Client): Promise<void> {
  await client.query(
    `DELETE FROM scheduler.backfill_job j USING scheduler.backfill b
     WHERE b.backfill_id = j.backfill_id AND b.status = 'cancelled' AND j.outcome IS NOT NULL`,
  );
}

export async function removeBackfill(client: Client, backfillId: BackfillId): Promise<void> {
  await client.query({
    name: 'remove-backfill',
    text: 'DELETE FROM scheduler.backfill WHERE backfill_id = $1',
    values: [backfillId],
  });
}

/** A backfill with something to do, locked until the claim's transaction ends. */
export interface ClaimedBackfill {
  readonly backfillId: BackfillId;
  /** Revision of its stream up to which this is known. */
  readonly revision: number;
  readonly scheduleId: ScheduleId;
  readonly scheduleRevision: number;
  readonly templateId: TemplateId;
  readonly templateRevision: number;
  readonly owner: UserId;
  readonly timeZone: TimeZone;
  readonly priority: Priority;
  readonly concurrency: number;
  readonly total: number;
  readonly requested: number;
  /** As many of the next nominal times as may be requested at once. */
  readonly next: readonly Instant[];
  readonly status: 'active' | 'cancelled';
  readonly cancelRunning: boolean;
}

const OPEN = `SELECT FROM scheduler.backfill_job j WHERE j.backfill_id = b.backfill_id AND j.outcome IS NULL`;

/** Locks a backfill that has something to do and passes over those that another instance holds; null when there is none. */
export async function claimBackfill(client: Client, except: readonly BackfillId[]): Promise<ClaimedBackfill | null> {
  const { rows } = await client.query<ClaimedBackfill>({
    name: 'claim-backfill',
    text: `SELECT b.backfill_id AS "backfillId", b.backfill_revision AS revision, b.schedule_id AS "scheduleId",
                  b.schedule_revision AS "scheduleRevision", b.template_id AS "templateId",
                  b.template_revision AS "templateRevision", b.owner, b.time_zone AS "timeZone", b.priority, b.concurrency,
                  b.total, b.requested, b.occurrences[b.requested + 1 : b.requested + b.concurrency] AS next, b.status,
                  b.cancel_running AS "cancelRunning"
           FROM scheduler.backfill b
           WHERE b.backfill_id <> ALL ($1::uuid[]) AND CASE
             WHEN b.status = 'cancelled' THEN EXISTS (${OPEN} AND NOT j.settled)
             WHEN b.requested < b.total THEN (SELECT count(*) FROM (${OPEN}) o) < b.concurrency
             ELSE NOT EXISTS (${OPEN})
           END
           ORDER BY b.backfill_id LIMIT 1 FOR UPDATE OF b SKIP LOCKED`,
    values: [except],
  });
  return rows[0] ?? null;
}

/** Jobs of a claimed backfill that have not ended. To be asked after the claim: what it was found by may be older. */
export async function openJobs(
  client: Client,
  backfillId: BackfillId,
): Promise<readonly { readonly jobId: JobId; readonly settled: boolean }[]> {
  const { rows } = await client.query<{ jobId: JobId; settled: boolean }>({
    name: 'open-backfill-jobs',
    text: `SELECT job_id AS "jobId", settled FROM scheduler.backfill_job WHERE backfill_id = $1 AND outcome IS NULL`,
    values: [backfillId],
  });
  return rows;
}

/** How the jobs of a backfill ended. */
export async function outcomesOf(client: Client, backfillId: BackfillId): Promise<BackfillOutcomes> {
  const { rows } = await client.query<{ outcome: keyof BackfillOutcomes; count: number }>(
    `SELECT outcome, count(*)::integer AS count FROM scheduler.backfill_job WHERE backfill_id = $1 GROUP BY outcome`,
    [backfillId],
  );
  return {
    ...{ completed: 0, failed: 0, cancelled: 0, expired: 0 },
    ...Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count])),
  };
}

/** The next jobs of a claimed backfill were requested. */
export async function moveBackfill(
  client: Client,
  { backfillId, requested }: ClaimedBackfill,
  jobIds: readonly JobId[],
): Promise<void> {
  await client.query({
    name: 'move-backfill',
    text: 'UPDATE scheduler.backfill SET requested = $2 WHERE backfill_id = $1',
    values: [backfillId, requested + jobIds.length],
  });
  await addJobs(
    client,
    jobIds.map((jobId) => ({ backfillId, jobId })),
  );
}

/** What the cancel of their backfill means for these jobs was done. */
export async function settleJobs(client: Client, jobIds: readonly JobId[]): Promise<void> {
  await client.query('UPDATE scheduler.backfill_job SET settled = true WHERE job_id = ANY ($1)', [jobIds]);
}
