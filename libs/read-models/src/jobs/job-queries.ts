import type { Pool } from '#database';
import type {
  BatchTypeId,
  ExpiryReason,
  JobFailure,
  JobInput,
  JobOrigin,
  JobOutput,
  JobStatus,
  LossCause,
  Priority,
} from '#domain';
import { Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import { onlyVisibleJobs, pageOfVisible, type OwnedRows, type Viewer } from '../query/visibility';

export interface JobBurst {
  readonly scheduleId: string;
  /** The job that made the list. */
  readonly listJobRequestId: string;
  /** Counted from 1. */
  readonly row: number;
}

export interface JobSummary {
  readonly jobRequestId: string;
  readonly batchTypeId: BatchTypeId;
  readonly status: JobStatus;
  readonly origin: JobOrigin;
  readonly userId: string;
  readonly templateId: string | null;
  /** As it was called in the revision that runs; null for a standard export. */
  readonly templateName: string | null;
  readonly templateRevision: number | null;
  readonly scheduleId: string | null;
  readonly scheduleRevision: number | null;
  readonly rerunOf: string | null;
  /** What it is a part of, for the origin `backfill`. */
  readonly backfillId: string | null;
  /** The row of which list it makes the report of, for the origin `burst`. */
  readonly burst: JobBurst | null;
  readonly nominalTime: string;
  readonly timeZone: string;
  readonly priority: Priority;
  readonly startBefore: string | null;
  /** The attempt begun last, 0 before the first. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly requestedAt: string;
  /** Start of the attempt begun last. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly retryAt: string | null;
  readonly failure: JobFailure | null;
  readonly rowCount: number | null;
  readonly byteCount: number | null;
  readonly outputExpiresAt: string | null;
  readonly outputExpiredAt: string | null;
  readonly cancelledBy: string | null;
  readonly cancelReason: string | null;
  readonly expiryReason: ExpiryReason | null;
  /** When it was reported that it waits, or its attempt runs, too long; null once that is over. */
  readonly stalledAt: string | null;
  readonly runningLongAt: string | null;
  /** When it was taken off the dead letters; null: it was not. */
  readonly droppedAt: string | null;
  readonly droppedBy: string | null;
  readonly dropReason: string | null;
  readonly jobOutput: JobOutput | null;
  readonly revision: number;
  readonly updatedAt: string;
}

export interface JobAttempt {
  readonly attempt: number;
  readonly worker: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Milliseconds from its start to its end; null while it runs. */
  readonly durationMs: number | null;
  readonly outcome: 'completed' | 'failed' | 'lost' | 'cancelled' | null;
  /** Why it came to nothing; null unless it was lost. */
  readonly lossCause: LossCause | null;
  readonly failure: JobFailure | null;
  /** The next attempt does not begin before; null when none follows. */
  readonly retryAt: string | null;
  /** When it was reported to run too long. */
  readonly runningLongAt: string | null;
}

export interface JobView extends JobSummary {
  readonly jobInput: JobInput;
  /** In their order. */
  readonly attempts: readonly JobAttempt[];
}

export interface JobFilter extends PageRequest {
  readonly viewer: Viewer;
  /** Any of these. */
  readonly status?: JobStatus | readonly JobStatus[] | undefined;
  readonly templateId?: string | undefined;
  readonly scheduleId?: string | undefined;
  readonly batchTypeId?: number | undefined;
  readonly origin?: JobOrigin | undefined;
  readonly rerunOf?: string | undefined;
  readonly backfillId?: string | undefined;
  /** Rows of the list that this job made. */
  readonly burstOf?: string | undefined;
  /** Requested at or after this instant. */
  readonly from?: string | undefined;
  /** Requested before this instant. */
  readonly to?: string | undefined;
}

/** The columns of `JobSummary`, of jobs as `j`. */
export const JOB_COLUMNS = `
  j.job_request_id AS "jobRequestId", j.batch_type_id AS "batchTypeId", j.status, j.origin, j.user_id AS "userId",
  j.template_id AS "templateId", j.job_input #>> '{additionalConfig,templateName}' AS "templateName",
  j.template_revision AS "templateRevision", j.schedule_id AS "scheduleId", j.schedule_revision AS "scheduleRevision",
  j.rerun_of AS "rerunOf", j.backfill_id AS "backfillId",
  CASE WHEN j.burst_list_job_id IS NOT NULL THEN jsonb_build_object('scheduleId', j.burst_schedule_id,
    'listJobRequestId', j.burst_list_job_id, 'row', j.burst_row) END AS burst, j.nominal_time AS "nominalTime", j.time_zone AS "timeZone", j.priority,
  j.start_before AS "startBefore", j.attempt, j.max_attempts AS "maxAttempts", j.requested_at AS "requestedAt",
  j.started_at AS "startedAt", j.ended_at AS "endedAt", j.retry_at AS "retryAt", j.failure,
  j.row_count::float8 AS "rowCount", j.byte_count::float8 AS "byteCount", j.output_expires_at AS "outputExpiresAt",
  j.output_expired_at AS "outputExpiredAt", j.cancelled_by AS "cancelledBy", j.cancel_reason AS "cancelReason",
  j.expiry_reason AS "expiryReason", j.stalled_at AS "stalledAt", j.running_long_at AS "runningLongAt",
  j.dropped_at AS "droppedAt", j.dropped_by AS "droppedBy", j.drop_reason AS "dropReason",
  j.job_output AS "jobOutput", j.revision, j.updated_at AS "updatedAt"`;

const JOBS: OwnedRows = { table: 'read_model.job_request', alias: 'j', owner: 'user_id' };

const ATTEMPTS = `
  SELECT a.attempt, a.worker, a.started_at AS "startedAt", a.ended_at AS "endedAt",
         greatest(0, round(extract(epoch FROM a.ended_at - a.started_at) * 1000))::float8 AS "durationMs",
         a.outcome, a.loss_cause AS "lossCause", a.failure, a.retry_at AS "retryAt",
         a.running_long_at AS "runningLongAt"
  FROM read_model.job_attempt a`;

const NEWEST_FIRST: SortKey<JobSummary> = {
  list: 'job-requests',
  columns: [
    { sql: 'j.requested_at', kind: 'timestamptz', field: 'requestedAt' },
    { sql: 'j.job_request_id', kind: 'uuid', field: 'jobRequestId' },
  ],
  direction: 'DESC',
};

/** Jobs that are the viewer's own, of a template that they see, or all for an administrator. */
export class JobQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The newest first. Throws `InvalidCursor`. */
  list({ viewer, status, ...filter }: JobFilter): Promise<Page<JobSummary>> {
    const selection = new Selection();
    selection.whereGiven(status, (given) => `j.status = ANY (${selection.bind([given].flat())}::text[])`);
    selection.whereGiven(filter.templateId, (id) => `j.template_id = ${selection.bindId(id)}`);
    selection.whereGiven(filter.scheduleId, (id) => `j.schedule_id = ${selection.bindId(id)}`);
    selection.whereGiven(filter.rerunOf, (id) => `j.rerun_of = ${selection.bindId(id)}`);
    selection.whereGiven(filter.backfillId, (id) => `j.backfill_id = ${selection.bindId(id)}`);
    selection.whereGiven(filter.burstOf, (id) => `j.burst_list_job_id = ${selection.bindId(id)}`);
    selection.whereGiven(filter.batchTypeId, (id) => `j.batch_type_id = ${selection.bind(id)}`);
    selection.whereGiven(filter.origin, (origin) => `j.origin = ${selection.bind(origin)}`);
    selection.whereGiven(filter.from, (from) => `j.requested_at >= ${selection.bind(from)}::timestamptz`);
    selection.whereGiven(filter.to, (to) => `j.requested_at < ${selection.bind(to)}::timestamptz`);
    return pageOfVisible(this.#pool, selection, viewer, { columns: JOB_COLUMNS, rows: JOBS }, NEWEST_FIRST, filter);
  }

  /** Null when there is no such job, or none that the viewer sees. */
  async get(viewer: Viewer, jobRequestId: string): Promise<JobView | null> {
    const selection = new Selection();
    onlyVisibleJobs(selection, viewer, 'j');
    selection.where(`j.job_request_id = ${selection.bindId(jobRequestId)}`);
    const select = `SELECT ${JOB_COLUMNS}, j.job_input AS "jobInput" FROM read_model.job_request j`;
    const [job] = await selection.all<Omit<JobView, 'attempts'>>(this.#pool, select);
    return job ? { ...job, attempts: await this.#attempts(jobRequestId) } : null;
  }

  async #attempts(jobRequestId: string): Promise<readonly JobAttempt[]> {
    const selection = new Selection();
    selection.where(`a.job_request_id = ${selection.bindId(jobRequestId)}`);
    const attempts = await selection.all<JobAttempt>(this.#pool, ATTEMPTS);
    return attempts.toSorted((left, right) => left.attempt - right.attempt);
  }
}
