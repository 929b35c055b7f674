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

  /** Null when none of the name is registered, or it is retired. */
  async active(name: string): Promise<ActiveDataSource | null> {
    const selection = new Selection();
    selection.where(`s.name = ${selection.bind(name)}`).where(`s.status = 'active'`);
    return (await selection.all<ActiveDataSource>(this.#pool, SELECT_ACTIVE))[0] ?? null;
  }
}
