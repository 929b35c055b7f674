import type { Pool } from '#database';
import { Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import { pageOfVisible, type OwnedRows, type Viewer } from '../query/visibility';

/** A row of `read_model.template_job_mapping`. */
export interface TemplateJobMapping {
  readonly templateId: string;
  readonly jobRequestId: string;
  /** The nominal time for which the job was requested. */
  readonly scheduleDate: string;
  /** Null for a run by hand. */
  readonly scheduleId: string | null;
  readonly createdAt: string;
}

export interface MappingFilter extends PageRequest {
  readonly viewer: Viewer;
  readonly templateId?: string | undefined;
  readonly jobRequestId?: string | undefined;
  readonly scheduleId?: string | undefined;
  /** Scheduled for this instant or later. */
  readonly from?: string | undefined;
  /** Scheduled for before this instant. */
  readonly to?: string | undefined;
}

const COLUMNS = `
  m.template_id AS "templateId", m.job_request_id AS "jobRequestId", m.schedule_date AS "scheduleDate",
  m.schedule_id AS "scheduleId", m.created_at AS "createdAt"`;
const MAPPINGS: OwnedRows = { table: 'read_model.template_job_mapping', alias: 'm', owner: 'user_id' };

const LATEST_FIRST: SortKey<TemplateJobMapping> = {
  list: 'mappings',
  columns: [
    { sql: 'm.schedule_date', kind: 'timestamptz', field: 'scheduleDate' },
    { sql: 'm.job_request_id', kind: 'uuid', field: 'jobRequestId' },
  ],
  direction: 'DESC',
};

/** Which jobs came of which template: of the jobs that the viewer sees. */
export class MappingQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The latest nominal time first. Throws `InvalidCursor`. */
  list({ viewer, ...filter }: MappingFilter): Promise<Page<TemplateJobMapping>> {
    const selection = new Selection();
    selection.whereGiven(filter.templateId, (id) => `m.template_id = ${selection.bindId(id)}`);
    selection.whereGiven(filter.jobRequestId, (id) => `m.job_request_id = ${selection.bindId(id)}`);
    selection.whereGiven(filter.scheduleId, (id) => `m.schedule_id = ${selection.bindId(id)}`);
    selection.whereGiven(filter.from, (from) => `m.schedule_date >= ${selection.bind(from)}::timestamptz`);
    selection.whereGiven(filter.to, (to) => `m.schedule_date < ${selection.bind(to)}::timestamptz`);
    return pageOfVisible(this.#pool, selection, viewer, { columns: COLUMNS, rows: MAPPINGS }, LATEST_FIRST, filter);
  }
}
