import type { Pool } from '#database';
import type { Blackout, DataSourceOptions } from '#domain';
import { containing, Selection, type Page, type PageRequest, type SortKey } from '../query/selection';

export type DataSourceView = DataSourceOptions & {
  readonly dataSourceId: string;
  readonly name: string;
  readonly description: string | null;
  readonly blackouts: readonly Blackout[];
  readonly hasSecret: boolean;
  readonly status: 'active' | 'retired';
  readonly revision: number;
  readonly registeredBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export interface DataSourceFilter extends PageRequest {
  /** Part of the name, in any case. */
  readonly search?: string | undefined;
  readonly status?: DataSourceView['status'] | undefined;
}

/** What a connection is made of: the options, and where the secret is. */
export type ActiveDataSource = DataSourceOptions & {
  readonly dataSourceId: string;
  readonly revision: number;
  readonly secretId: string | null;
};

const SELECT = `
  SELECT s.data_source_id AS "dataSourceId", s.name, s.description, s.kind, s.postgres, s.mysql, s.file, s.blackouts,
         s.secret_id IS NOT NULL AS "hasSecret", s.status, s.revision, s.registered_by AS "registeredBy",
         s.created_at AS "createdAt", s.updated_at AS "updatedAt"
  FROM read_model.data_source s`;

/** How a data source has answered jobs of late. */
export interface CircuitView {
  readonly status: 'open' | 'closed';
  /** Code of the last failure, and how many there were in a row. */
  readonly code: string;
  readonly failures: number;
  /** How often it was opened in a row. */
  readonly openings: number;
  readonly until: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  /** Null for a job whose try succeeded. */
  readonly closedBy: string | null;
}

const SELECT_CIRCUIT = `
  SELECT c.data_source_id AS "dataSourceId", c.status, c.code, c.failures, c.openings, c.open_until AS "until", c.opened_at AS "openedAt",
         c.closed_at AS "closedAt", c.closed_by AS "closedBy"
  FROM read_model.circuit c`;

const SELECT_ACTIVE = `
  SELECT s.data_source_id AS "dataSourceId", s.revision, s.kind, s.postgres, s.mysql, s.file, s.secret_id AS "secretId"
  FROM read_model.data_source s`;

const BY_NAME: SortKey<DataSourceView> = {
  list: 'data-sources',
  columns: [{ sql: 's.name', kind: 'text', field: 'name' }],
  direction: 'ASC',
};

/** What is registered for datasets to read from. */
export class DataSourceQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** By name. Throws `InvalidCursor`. */
  list({ search, status, ...page }: DataSourceFilter): Promise<Page<DataSourceView>> {
    const selection = new Selection();
    selection.whereGiven(search, (text) => `s.name ILIKE ${selection.bind(containing(text))}`);
    selection.whereGiven(status, (value) => `s.status = ${selection.bind(value)}`);
    return selection.page(this.#pool, SELECT, BY_NAME, page);
  }

  async get(dataSourceId: string): Promise<DataSourceView | null> {
    const selection = new Selection();
    selection.where(`s.data_source_id = ${selection.bindId(dataSourceId)}`);
    return (await selection.all<DataSourceView>(this.#pool, SELECT))[0] ?? null;
  }

  /** The circuits of those among the data sources that ever had one open. */
  async circuits(dataSourceIds: readonly string[]): Promise<ReadonlyMap<string, CircuitView>> {
    const selection = new Selection();
    selection.where(`c.data_source_id = ANY (${selection.bind(dataSourceIds)}::uuid[])`);
    const rows = await selection.all<CircuitView & { readonly dataSourceId: string }>(this.#pool, SELECT_CIRCUIT);
    return new Map(rows.map(({ dataSourceId, ...circuit }) => [dataSourceId, circuit]));
  }

  /** Null when none of the name is registered, or it is retired. */
  async active(name: string): Promise<ActiveDataSource | null> {
    const selection = new Selection();
    selection.where(`s.name = ${selection.bind(name)}`).where(`s.status = 'active'`);
    return (await selection.all<ActiveDataSource>(this.#pool, SELECT_ACTIVE))[0] ?? null;
  }
}
