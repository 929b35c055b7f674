import type { Pool } from '#database';
import type { DatasetColumn } from '#domain';
import { containing, Selection, type Page, type PageRequest, type SortKey } from '../query/selection';

export interface DatasetView {
  readonly datasetId: string;
  readonly name: string;
  readonly description: string | null;
  readonly dataSource: string;
  /** Null with a query. */
  readonly relation: { readonly schema: string; readonly name: string } | null;
  /** Null for a table or view. */
  readonly query: string | null;
  readonly columns: readonly DatasetColumn[];
  readonly rowLimit: number | null;
  readonly status: 'active' | 'retired';
  readonly revision: number;
  readonly registeredBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface DatasetFilter extends PageRequest {
  /** Part of the name, in any case. */
  readonly search?: string | undefined;
  readonly status?: DatasetView['status'] | undefined;
}

const SELECT = `
  SELECT d.dataset_id AS "datasetId", d.name, d.description, d.data_source AS "dataSource",
         CASE WHEN d.query IS NULL THEN jsonb_build_object('schema', d.relation_schema, 'name', d.relation_name) END AS relation,
         d.query, d.columns,
         d.row_limit AS "rowLimit", d.status,
         d.revision, d.registered_by AS "registeredBy", d.created_at AS "createdAt", d.updated_at AS "updatedAt"
  FROM read_model.dataset d`;

const BY_NAME: SortKey<DatasetView> = {
  list: 'datasets',
  columns: [
    { sql: 'd.name', kind: 'text', field: 'name' },
    { sql: 'd.dataset_id', kind: 'uuid', field: 'datasetId' },
  ],
  direction: 'ASC',
};

/** What is open for reports; everybody may see it. */
export class DatasetQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** By name. Throws `InvalidCursor`. */
  list({ search, status, ...page }: DatasetFilter): Promise<Page<DatasetView>> {
    const selection = new Selection();
    selection.whereGiven(search, (text) => `d.name ILIKE ${selection.bind(containing(text))}`);
    selection.whereGiven(status, (value) => `d.status = ${selection.bind(value)}`);
    return selection.page(this.#pool, SELECT, BY_NAME, page);
  }

  async get(datasetId: string): Promise<DatasetView | null> {
    const selection = new Selection();
    selection.where(`d.dataset_id = ${selection.bindId(datasetId)}`);
    return (await selection.all<DatasetView>(this.#pool, SELECT))[0] ?? null;
  }
}
