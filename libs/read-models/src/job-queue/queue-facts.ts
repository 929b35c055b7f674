import { sourceRules, type QueueLimits, type QueueState, type Share, type SourceFacts, type StartedJob } from '#domain';
import type { Settings } from '#platform';

/** How many jobs may run at a time, and how waiting raises them. */
export interface QueueRules extends QueueLimits {
  /** Null: half of the slots for each data source, as soon as there are two. */
  readonly perDataSource: number | null;
  /** Milliseconds of waiting that raise a job by a level. */
  readonly ageingMs: number;
}

/** The rules that the settings make. */
export function queueRules(settings: Settings): QueueRules {
  return {
    perUser: settings.EXPORT_PER_USER ?? null,
    perDataset: settings.EXPORT_PER_DATASET ?? null,
    perDataSource: settings.EXPORT_PER_DATA_SOURCE ?? null,
    ageingMs: settings.PRIORITY_AGEING_MINUTES * 60_000,
  };
}

/** Milliseconds without a sign of life after which a process no longer counts. */
const WORKER_GONE_MS = 30_000;

/** The columns of `StartedJob`, of the queue as `q` with its dataset as `d`. */
export const STARTED_JOB = `q.job_id AS "jobId", q.owner, q.dataset_id AS "datasetId", d.data_source AS "dataSource",
  q.schedule_id AS "scheduleId", q.exclusive`;

/** The columns of `WaitingJob` save `behind`; times in milliseconds since 1970. */
export const WAITING_JOB = `${STARTED_JOB}, q.level, q.attempt, ${milliseconds('q.enqueued_at')} AS "requestedAt",
  ${milliseconds('q.ready_at')} AS "readyAt", ${milliseconds('q.nominal_time')} AS "nominalTime"`;

export const QUEUE = 'exporter.export_queue q LEFT JOIN exporter.dataset d USING (dataset_id)';

/** The job of its schedule that a waiting job `q` may not pass or run beside, or NULL. */
export const BEHIND = `CASE WHEN q.schedule_id IS NOT NULL THEN coalesce(
  (SELECT o.job_id FROM exporter.export_queue o
   WHERE o.schedule_id = q.schedule_id AND o.lease_owner IS NOT NULL AND (o.exclusive OR q.exclusive)
   ORDER BY o.nominal_time LIMIT 1),
  CASE WHEN q.exclusive THEN (
    SELECT o.job_id FROM exporter.export_queue o
    WHERE o.schedule_id = q.schedule_id AND o.lease_owner IS NULL
      AND (o.nominal_time, o.job_id) < (q.nominal_time, q.job_id)
    ORDER BY o.nominal_time DESC, o.job_id DESC LIMIT 1
  ) END
) END`;

/** Everything but the waiting jobs that decides over turns, as members of a JSON object: `QueueFacts`. */
export const QUEUE_FACTS = `
  'now', ${milliseconds('clock_timestamp()')},
  'running', (SELECT coalesce(json_agg(r), '[]') FROM (
     SELECT ${STARTED_JOB}, q.lease_owner AS worker, ${milliseconds('q.lease_expires_at')} AS "leaseExpiresAt"
     FROM ${QUEUE} WHERE q.lease_owner IS NOT NULL
   ) r),
  'sources', (SELECT coalesce(json_agg(s), '[]') FROM (
     SELECT coalesce(n.name, s.name) AS name, s.max_connections AS "maxConnections", coalesce(s.blackouts, '[]') AS blackouts,
            ${milliseconds('c.open_until')} AS "openUntil"
     FROM (SELECT DISTINCT data_source AS name FROM exporter.dataset WHERE NOT retired) n
     FULL JOIN exporter.data_source s ON s.name = n.name
     LEFT JOIN exporter.circuit c ON c.data_source = coalesce(n.name, s.name)
   ) s),
  'capacity', (SELECT json_build_object('processes', count(*), 'slots', coalesce(sum(slots), 0)) FROM exporter.worker
               WHERE seen_at > clock_timestamp() - interval '${WORKER_GONE_MS} milliseconds')`;

export interface RunningJob extends StartedJob {
  /** The claim that holds it. */
  readonly worker: string;
  readonly leaseExpiresAt: number;
}

export interface QueueFacts {
  readonly now: number;
  readonly running: readonly RunningJob[];
  readonly shares: readonly Share[];
  readonly sources: readonly SourceFacts[];
  readonly capacity: { readonly processes: number; readonly slots: number };
}

export function queueState(facts: QueueFacts, { ageingMs, perDataSource, ...limits }: QueueRules): QueueState {
  const { now, running, shares } = facts;
  const sources = sourceRules(facts.sources, { perDataSource, ...facts.capacity }, now);
  return { now, ageingMs, limits, sources, running, shares };
}

export function milliseconds(time: string): string {
  return `(extract(epoch FROM ${time}) * 1000)::float8`;
}
