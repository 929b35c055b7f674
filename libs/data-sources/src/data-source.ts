import type { Readable } from 'node:stream';
import type { DataType } from '#domain';
import type { Statement } from './statement';

/**
 * A database, or a folder of files, that reports read from. Statements are PostgreSQL's SQL as far as `libs/export-engine` writes it; a
 * connector to something else translates them. `#data-sources/testing` says what of it must work. It is only ever read. All methods throw
 * `DataSourceError` only.
 */
export interface DataSource {
  /** The columns of a table or view as the database has them now, in its order; null when there is no such relation. */
  introspect(relation: RelationName, options?: QueryOptions): Promise<LiveColumn[] | null>;
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

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds that each statement may take. Default: the data source's own. */
  readonly timeoutMs?: number;
  /** IANA zone in which timestamps are read and written, also those without a zone. Default UTC. */
  readonly timeZone?: string;
  /** The table or view that the query reads. A connector over files must be told; databases find it by its name. */
  readonly reads?: RelationName;
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
  | 'data_source.value_invalid'
  | 'data_source.secret_unreadable'
  | 'data_source.failed';

/** A query could not be answered; the message is a sentence for the report's owner, without addresses or passwords. */
export class DataSourceError extends Error {
  constructor(
    readonly code: DataSourceErrorCode,
    message: string,
    /** True when another try may well succeed. */
    readonly transient: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DataSourceError';
  }
}
