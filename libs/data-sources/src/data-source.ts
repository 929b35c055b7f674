import type { Readable } from 'node:stream';
import { failureClassOf, type DataType } from '#domain';
import type { Statement } from './statement';

/**
 * A database, or a folder of files, that reports read from. Statements are PostgreSQL's SQL as far as `libs/export-engine` writes it; a
 * connector to something else translates them. `#data-sources/testing` says what of it must work. It is only ever read. All methods throw
 * `DataSourceError` only.
 */
export interface DataSource {
  /** The columns of a table or view as the database has them now, in its order; null when there is no such relation. */
  introspect(relation: RelationName, options?: QueryOptions): Promise<LiveColumn[] | null>;
  /**
   * Vets a query that an administrator wrote and tells its columns. Only data sources that have it take queries as datasets. Throws
   * `data_source.query_refused` for what does more than read, or what the database itself refuses.
   */
  describeQuery?(query: string, options?: QueryOptions): Promise<DescribedQuery>;
  /** Tables and views that this data source's user may read, system ones left out, by schema and name. */
  listRelations(options?: QueryOptions): Promise<Relation[]>;
  /**
   * Runs a SELECT and streams its rows as `COPY` writes them, in UTF-8. Destroying the stream, or aborting the signal,
   * ends the query in the database within a second. The transaction ends and the connection is free when it closes.
   */
  copyOut(select: Statement, format: CopyFormat, options: QueryOptions): Promise<Readable>;
  /** Runs a SELECT whose result is small and gives the values in the database's text form. */
  rows(select: Statement, options: QueryOptions): Promise<(string | null)[][]>;
  /** Waits for running queries to end, then closes every connection. */
  close(): Promise<void>;
}

export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

export interface Relation extends RelationName {
  readonly kind: 'table' | 'view';
}

export interface LiveColumn {
  readonly name: string;
  /** As the database writes it: `character varying(40)`, `numeric(12,2)`, `timestamp with time zone`. */
  readonly databaseType: string;
  /** What reports take it for. Types that have no counterpart are `string`, in the database's text form. */
  readonly type: DataType;
  readonly nullable: boolean;
}

export interface DescribedQuery {
  /** In the query's order, each with a name of its own. Any may be NULL. */
  readonly columns: readonly LiveColumn[];
  /** The vetted query as a table of the name "dataset", to follow FROM. */
  readonly from: Statement;
}

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds that each statement may take. Default: the data source's own. */
  readonly timeoutMs?: number;
  /** IANA zone in which timestamps are read and written, also those without a zone. Default UTC. */
  readonly timeZone?: string;
  /** The table or view that the query reads; null: it says so itself. A connector over files must be told; databases find it by its name. */
  readonly reads?: RelationName | null;
}

/** PostgreSQL's `COPY` formats. @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9 */
export type CopyFormat =
  /** Values apart by tabs, backslash escapes, NULL as `\N`. */
  | { readonly type: 'text' }
  /** Lines end with LF. A value equal to `nullText` is quoted, so that it differs from NULL. */
  | {
      readonly type: 'csv';
      readonly delimiter: string;
      readonly nullText: string;
      /** Puts every value but NULL in quotes, not only those that need them. Default false. */
      readonly quoteAll?: boolean;
    };

export type DataSourceErrorCode =
  | 'data_source.unreachable'
  | 'data_source.relation_missing'
  | 'data_source.column_missing'
  | 'data_source.permission_denied'
  | 'data_source.timeout'
  | 'data_source.cancelled'
  /** The database gave up the query for another one: a deadlock, a serialisation failure, a lock that did not come free. */
  | 'data_source.conflict'
  /** It ran out of memory or disk. */
  | 'data_source.exhausted'
  | 'data_source.value_invalid'
  | 'data_source.unsupported'
  | 'data_source.secret_missing'
  | 'data_source.secret_unreadable'
  | 'data_source.query_refused'
  | 'data_source.query_unsupported'
  | 'data_source.failed';

/** A query could not be answered; the message is a sentence for the report's owner, without addresses or passwords. */
export class DataSourceError extends Error {
  constructor(
    readonly code: DataSourceErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DataSourceError';
  }

  /** True when another try may well succeed. */
  get transient(): boolean {
    return failureClassOf(this.code) === 'transient';
  }
}

/** Describes a query where the data source takes any. Throws `data_source.query_unsupported` where it does not. */
export async function describeQuery(
  source: DataSource,
  query: string,
  options?: QueryOptions,
): Promise<DescribedQuery> {
  if (source.describeQuery) return source.describeQuery(query, options);
  const message = 'This data source takes no queries: a dataset over it is one of its tables.';
  throw new DataSourceError('data_source.query_unsupported', message);
}
