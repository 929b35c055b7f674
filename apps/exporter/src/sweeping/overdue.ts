import type { Pool } from '#database';
import {
  blackoutEnd,
  longRunLimit,
  toInstant,
  type Blackout,
  type JobCommand,
  type JobId,
  type LongRunRules,
} from '#domain';
import type { Clock, Logger } from '#platform';
import type { JobHistory } from '../jobs/job-history';

/** Waiting jobs that are looked at in one round. */
const MOST_WAITING = 1000;
/** Runs of a template by which its usual duration is known. */
const LAST_RUNS = 50;

export interface OverdueParts {
  readonly pool: Pool;
  readonly history: JobHistory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds that a job may wait once it could start. */
  readonly stalledMs: number;
  readonly rules: LongRunRules;
}

/**
 * Reports jobs that wait or run too long. It goes by rows that may be late, which does no harm: the decision looks at the stream
 * again, and every process may tell the same.
 */
export async function reportOverdue(parts: OverdueParts): Promise<void> {
  await reportStalled(parts);
  await reportLongRuns(parts);
}

async function reportStalled(parts: OverdueParts): Promise<void> {
  const { pool, clock, stalledMs } = parts;
  const { rows } = await pool.query<{ job_id: JobId; attempt: number; ready_at: Date; blackouts: Blackout[] | null }>({
    name: 'stalled-jobs',
    text: `SELECT q.job_id, q.attempt, q.ready_at, s.blackouts FROM exporter.export_queue q
           JOIN read_model.job_request j ON j.job_request_id = q.job_id
           LEFT JOIN exporter.dataset d ON d.dataset_id = q.dataset_id
           LEFT JOIN exporter.data_source s ON s.name = d.data_source
           WHERE q.lease_owner IS NULL AND q.ready_at <= clock_timestamp() - $1 * interval '1 millisecond'
             AND j.stalled_at IS NULL
           ORDER BY q.ready_at LIMIT $2`,
    values: [stalledMs, MOST_WAITING],
  });
  const now = clock.now().getTime();
  for (const { job_id: jobId, attempt, ready_at: readyAt, blackouts } of rows) {
    if (isBlackedOut(blackouts ?? [], now, stalledMs)) continue;
    const waitingSince = toInstant(readyAt);
    const command = { type: 'ReportStalled', jobId, attempt, waitingSince, at: toInstant(now) } as const;
    await report(parts, command, 'exporter.job_stalled', 'job waits too long');
  }
}

/** A job that waits for the end of a blackout, or has just come out of a long one, waits as was meant. */
function isBlackedOut(blackouts: readonly Blackout[], now: number, stalledMs: number): boolean {
  return [now, now - stalledMs].some((instant) => blackoutEnd(toInstant(instant), blackouts) !== null);
}

async function reportLongRuns(parts: OverdueParts): Promise<void> {
  const { pool, clock, rules } = parts;
  const { rows } = await pool.query<{ job_id: JobId; attempt: number; ran: number; runs: number; p95: number | null }>({
    name: 'long-running-jobs',
    text: `WITH running AS (
             SELECT j.job_request_id, j.template_id, j.attempt, j.started_at
             FROM exporter.export_queue q JOIN read_model.job_request j ON j.job_request_id = q.job_id
             WHERE q.lease_owner IS NOT NULL AND j.status = 'running' AND j.running_long_at IS NULL
           )
           SELECT r.job_request_id AS job_id, r.attempt, h.runs::integer, h.p95::float8,
                  (extract(epoch FROM clock_timestamp() - r.started_at) * 1000)::float8 AS ran
           FROM running r CROSS JOIN LATERAL (
             SELECT count(*) AS runs, percentile_disc(0.95) WITHIN GROUP (ORDER BY c.ms) AS p95 FROM (
               SELECT extract(epoch FROM j.ended_at - j.started_at) * 1000 AS ms FROM read_model.job_request j
               WHERE j.template_id = r.template_id AND j.status IN ('completed', 'completed_with_warnings')
               ORDER BY j.requested_at DESC, j.job_request_id DESC LIMIT ${LAST_RUNS}
             ) c
           ) h`,
  });
  for (const { job_id: jobId, attempt, ran, runs, p95 } of rows) {
    const limit = longRunLimit({ runs, p95Ms: p95 }, rules);
    if (ran < limit.limitMs) continue;
    const command = { type: 'ReportRunningLong', jobId, attempt, ...limit, at: toInstant(clock.now()) } as const;
    await report(parts, command, 'exporter.job_running_long', 'job runs too long');
  }
}

type Report = Extract<JobCommand, { type: 'ReportStalled' | 'ReportRunningLong' }>;

async function report({ history, logger }: OverdueParts, command: Report, code: string, text: string): Promise<void> {
  const { jobId, attempt, at } = command;
  // A command that found itself would be logged again.
  const outcome = await history.execute(command, `${attempt} ${at}`);
  // Another process may have told it, or the job gone on.
  if (outcome.kind === 'done' && outcome.events.length > 0) logger.warn({ jobId, attempt, code }, text);
}
