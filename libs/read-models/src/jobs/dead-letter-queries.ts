import type { Pool } from '#database';
import { Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import type { Viewer } from '../query/visibility';
import { JOB_COLUMNS, type JobSummary } from './job-queries';

/** Which failed jobs; what is left out does not matter. */
export interface FailedJobFilter {
  readonly templateId?: string | undefined;
  readonly scheduleId?: string | undefined;
  readonly datasetId?: string | undefined;
  /** By its name. */
  readonly dataSource?: string | undefined;
  readonly failureCode?: string | undefined;
  /** Failed at or after this instant. */
  readonly since?: string | undefined;
  /** Failed before this instant. */
  readonly until?: string | undefined;
}

export interface DeadLetter extends JobSummary {
  readonly datasetId: string;
  /** What the dataset reads from now; null when there is no such dataset. */
  readonly dataSource: string | null;
}

export interface RedriveSelection {
  /** The first ones by the time at which they failed. */
  readonly jobIds: readonly string[];
  /** How many there are of them in all. */
  readonly matching: number;
  /** How many failed jobs match as well, but have been run again. */
  readonly runAgain: number;
}

const DATASET_ID = `j.job_input #>> '{additionalConfig,datasetId}'`;

const RUN_AGAIN = 'EXISTS (SELECT FROM read_model.job_request r WHERE r.rerun_of = j.job_request_id)';

/** Its attempts failed, and the time for another one ran out before its turn came. */
const OUT_OF_TIME = `j.expiry_reason = 'retry_deadline'`;

/** The failure would pass, so it is the attempts that ran out, or the time for them. */
const DEAD_LETTER = `((j.failure ->> 'transient')::boolean OR ${OUT_OF_TIME})`;

const SELECT = `
  SELECT ${JOB_COLUMNS}, ${DATASET_ID} AS "datasetId",
         (SELECT d.data_source FROM read_model.dataset d WHERE d.dataset_id = (${DATASET_ID})::uuid) AS "dataSource"
  FROM read_model.job_request j`;

const LATEST_FIRST: SortKey<DeadLetter> = {
  list: 'dead-letters',
  columns: [
    { sql: 'j.ended_at', kind: 'timestamptz', field: 'endedAt' },
    { sql: 'j.job_request_id', kind: 'uuid', field: 'jobRequestId' },
  ],
  direction: 'DESC',
};

/** Jobs that failed and wait for a person: the viewer's own, or all for an administrator. */
export class DeadLetterQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Those that ran out of attempts or of time, and were neither dropped nor run again; the latest first. Throws `InvalidCursor`. */
  list(viewer: Viewer, { limit, cursor, ...filter }: FailedJobFilter & PageRequest): Promise<Page<DeadLetter>> {
    const selection = failedJobs(viewer, filter).where(DEAD_LETTER).where(`NOT ${RUN_AGAIN}`);
    return selection.page(this.#pool, SELECT, LATEST_FIRST, { limit, cursor });
  }

  /** The failed jobs that may be redriven, the earliest failure first. */
  async toRedrive(
    viewer: Viewer,
    filter: FailedJobFilter,
    { onlyDeadLetters, limit }: { readonly onlyDeadLetters: boolean; readonly limit: number },
  ): Promise<RedriveSelection> {
    const selection = failedJobs(viewer, filter);
    if (onlyDeadLetters) selection.where(DEAD_LETTER);
    const { rows } = await this.#pool.query<{ ids: string[]; matching: number; run_again: number }>(
      `WITH failed AS (
         SELECT j.job_request_id AS id, j.ended_at, ${RUN_AGAIN} AS run_again FROM read_model.job_request j ${selection.clause()}
       )
       SELECT ARRAY(SELECT id FROM failed WHERE NOT run_again ORDER BY ended_at, id LIMIT ${selection.bind(limit)}) AS ids,
              count(*) FILTER (WHERE NOT run_again)::integer AS matching,
              count(*) FILTER (WHERE run_again)::integer AS run_again
       FROM failed`,
      selection.values,
    );
    const [row] = rows;
    return { jobIds: row?.ids ?? [], matching: row?.matching ?? 0, runAgain: row?.run_again ?? 0 };
  }
}

/** Failed jobs as `j`, by all or by the last attempt that they had time for, save those that were dropped. */
function failedJobs(viewer: Viewer, filter: FailedJobFilter): Selection {
  const selection = new Selection().where(`(j.status = 'failed' OR ${OUT_OF_TIME})`).where('j.dropped_at IS NULL');
  if (!viewer.isAdmin) selection.where(`j.user_id = ${selection.bind(viewer.userId)}`);
  selection.whereGiven(filter.templateId, (id) => `j.template_id = ${selection.bindId(id)}`);
  selection.whereGiven(filter.scheduleId, (id) => `j.schedule_id = ${selection.bindId(id)}`);
  selection.whereGiven(filter.datasetId, (id) => `${DATASET_ID} = ${selection.bind(id)}`);
  selection.whereGiven(
    filter.dataSource,
    (name) =>
      `${DATASET_ID} IN (SELECT d.dataset_id::text FROM read_model.dataset d WHERE d.data_source = ${selection.bind(name)})`,
  );
  selection.whereGiven(filter.failureCode, (code) => `j.failure ->> 'code' = ${selection.bind(code)}`);
  selection.whereGiven(filter.since, (since) => `j.ended_at >= ${selection.bind(since)}::timestamptz`);
  selection.whereGiven(filter.until, (until) => `j.ended_at < ${selection.bind(until)}::timestamptz`);
  return selection;
}
