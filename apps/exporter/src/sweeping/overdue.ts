import type { Pool } from '#database';
import {
  lastBlackoutEnd,
  longRunLimit,
  toInstant,
  type Blackout,
  type Instant,
  type JobCommand,
  type JobId,
  type LongRunRules,
} from '#domain';
import type { Clock, Logger } from '#platform';
import { BEHIND } from '#read-models';
import type { JobHistory } from '../jobs/job-history';

/** Waiting jobs that are looked at in one round. */
const MOST_WAITING = 1000;
/** Jobs of a schedule before a waiting one whose ends are looked at. */
const LAST_BEFORE = 20;
/** Runs of a template by which its usual duration is known. */
const LAST_RUNS = 50;

export interface OverdueParts {
  readonly pool: Pool;
  readonly history: JobHistory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds that a job may wait in which it could have run. */
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

/**
 * What counts is the time in which a job could have run: not what it waited for the end of a blackout or until its data source answered
 * again, nor behind an earlier job of its schedule. That no slot was free, or that a limit was reached, does count.
 */
async function reportStalled(parts: OverdueParts): Promise<void> {
  const { pool, clock, stalledMs } = parts;
  const now = toInstant(clock.now());
  const blackouts = await lastBlackouts(pool, now);
  const { rows } = await pool.query<{ job_id: JobId; attempt: number; waiting_since: Date }>({
    name: 'stalled-jobs',
    text: `SELECT q.job_id, q.attempt, w.since AS waiting_since FROM exporter.export_queue q
           JOIN read_model.job_request j ON j.job_request_id = q.job_id
           LEFT JOIN exporter.dataset d ON d.dataset_id = q.dataset_id
           LEFT JOIN read_model.circuit c ON c.data_source = d.data_source
           LEFT JOIN unnest($3::text[], $4::timestamptz[]) AS b (data_source, ends_at) ON b.data_source = d.data_source
           CROSS JOIN LATERAL (SELECT greatest(q.ready_at, b.ends_at, c.closed_at, ${LET_GO}) AS since) w
           WHERE q.lease_owner IS NULL AND q.ready_at <= clock_timestamp() - $1 * interval '1 millisecond'
             AND j.stalled_at IS NULL AND c.status IS DISTINCT FROM 'open' AND ${BEHIND} IS NULL
             AND w.since <= clock_timestamp() - $1 * interval '1 millisecond'
           ORDER BY q.ready_at LIMIT $2`,
    values: [stalledMs, MOST_WAITING, blackouts.map(({ name }) => name), blackouts.map(({ endsAt }) => endsAt)],
  });
  for (const { job_id: jobId, attempt, waiting_since: since } of rows) {
    const command = { type: 'ReportStalled', jobId, attempt, waitingSince: toInstant(since), at: now } as const;
    await report(parts, command, 'exporter.job_stalled', 'job waits too long');
  }
}

/**
 * When the last of those ended that the waiting job `q` may not pass: never while one of them has not, as far as is known. They run one
 * after another, so the last ones requested tell.
 */
const LET_GO = `CASE WHEN q.exclusive THEN (
  SELECT max(coalesce(o.ended_at, 'infinity')) FROM (
    SELECT o.ended_at FROM read_model.job_request o
    WHERE o.schedule_id = q.schedule_id AND (o.nominal_time, o.job_request_id) < (q.nominal_time, q.job_id)
    ORDER BY o.requested_at DESC, o.job_request_id DESC LIMIT ${LAST_BEFORE}
  ) o
) END`;

/** When each data source with blackouts came out of the last one, or will. */
async function lastBlackouts(pool: Pool, now: Instant): Promise<readonly { name: string; endsAt: Instant }[]> {
  const { rows } = await pool.query<{ name: string; blackouts: Blackout[] }>(
    `SELECT name, blackouts FROM exporter.data_source WHERE blackouts <> '[]'`,
  );
  return rows.flatMap(({ name, blackouts }) => {
    const endsAt = lastBlackoutEnd(now, blackouts);
    return endsAt === null ? [] : { name, endsAt };
  });
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
