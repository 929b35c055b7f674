import { Pool, type PoolClient } from 'pg';
import type { Readable } from 'node:stream';
import { to as copyTo } from 'pg-copy-streams';
import type {
  CopyFormat,
  DataSource,
  DescribedQuery,
  LiveColumn,
  QueryOptions,
  Relation,
  RelationName,
} from '../data-source';
import { sql, type Statement } from '../statement';
import { baseType } from './base-type';
import { CopyStream } from './copy-stream';
import type { PostgresConnection } from './postgres-connection';
import { asDataSourceError, cancelled } from './postgres-errors';
import { describeIn } from './queries/describe-query';
import { examineTree } from './queries/query-tree';
import { parseQuery } from './queries/query-text';
import { ReadTransaction } from './read-transaction';
import { dataTypeOf } from './type-mapping';

export interface PostgresLimits {
  /** Connections open at a time at most. */
  readonly poolMax: number;
  /** Milliseconds that a statement may take at most; a call may ask for less. */
  readonly statementTimeoutMs: number;
  /** Milliseconds without use after which a connection is closed. Default 30,000. */
  readonly idleTimeoutMs?: number;
}

/** Milliseconds to wait for a connection, a free one of the pool or a new one. */
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;

/** A PostgreSQL database, version 12 or later. */
export class PostgresDataSource implements DataSource {
  private readonly pool: Pool;

  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: PostgresLimits,
  ) {
    this.pool = new Pool({
      ...connection,
      max: limits.poolMax,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: limits.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'report-scheduler',
    });
    // A connection that breaks fails its query, an idle one is replaced; without listeners it would end the process.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async introspect(relation: RelationName, options: QueryOptions = {}): Promise<LiveColumn[] | null> {
    const found = await this.rows(columnsOf(relation), options);
    if (found.length === 0) return null;
    return found
      .filter(([name]) => name !== null)
      .map(([name, databaseType, typeName, isArray, nullable]) => ({
        name: name ?? '',
        databaseType: databaseType ?? '',
        type: dataTypeOf(typeName ?? '', isArray === 't'),
        nullable: nullable === 't',
      }));
  }

  async describeQuery(query: string, options: QueryOptions = {}): Promise<DescribedQuery> {
    const parsed = await parseQuery(query);
    const names = examineTree(parsed);
    return describeIn(await this.begin(options), parsed, names);
  }

  async listRelations(options: QueryOptions = {}): Promise<Relation[]> {
    const found = await this.rows(READABLE_RELATIONS, options);
    return found.map(([schema, name, kind]) => ({
      schema: schema ?? '',
      name: name ?? '',
      kind: kind === 'view' ? 'view' : 'table',
    }));
  }

  async copyOut(select: Statement, format: CopyFormat, options: QueryOptions): Promise<Readable> {
    const transaction = await this.begin(options);
    const text = await transaction.quote(copyStatement(select, format));
    return new CopyStream(transaction.client.query(copyTo(text, { highWaterMark: 256 * 1024 })), transaction);
  }

  async rows(select: Statement, options: QueryOptions): Promise<(string | null)[][]> {
    const transaction = await this.begin(options);
    const text = await transaction.quote(select);
    return transaction.run(async (client) => {
      const result = await client.query<(string | null)[]>({ text, rowMode: 'array', types: AS_TEXT });
      return result.rows;
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async begin(options: QueryOptions): Promise<ReadTransaction> {
    const signal = options.signal ?? null;
    return ReadTransaction.begin(await this.connect(signal), {
      connection: this.connection,
      timeoutMs: Math.min(options.timeoutMs ?? Infinity, this.limits.statementTimeoutMs),
      timeZone: options.timeZone ?? 'UTC',
      signal,
    });
  }

  /** Stops waiting for a connection when the signal aborts; one that comes after that goes back at once. */
  private connect(signal: AbortSignal | null): Promise<PoolClient> {
    if (signal?.aborted) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(cancelled());
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pool
        .connect()
        .then(
          (client) => {
            if (signal?.aborted) client.release();
            else resolve(client);
          },
          (error: unknown) => reject(asDataSourceError(error)),
        )
        .finally(() => signal?.removeEventListener('abort', onAbort));
    });
  }
}

/** Values in the text form in which the server sends them. */
const AS_TEXT = { getTypeParser: () => (value: string) => value };

function copyStatement(select: Statement, format: CopyFormat): Statement {
  if (format.type === 'text') return sql`COPY (${select}) TO STDOUT WITH (FORMAT text, ENCODING 'UTF8')`;
  const quotes = format.quoteAll === true ? sql`, FORCE_QUOTE *` : sql``;
  return sql`COPY (${select}) TO STDOUT WITH (FORMAT csv, DELIMITER ${format.delimiter}, NULL ${format.nullText}${quotes}, ENCODING 'UTF8')`;
}

/** One row for each column; a relation without columns gives a row of NULLs, a missing one no row. */
function columnsOf(relation: RelationName): Statement {
  return sql`
    SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), base.typname, base.is_array, NOT a.attnotnull
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN LATERAL ${baseType('a.atttypid')} base ON true
     WHERE n.nspname = ${relation.schema} AND c.relname = ${relation.name} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     ORDER BY a.attnum`;
}

const READABLE_RELATIONS = sql`
  SELECT n.nspname, c.relname, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
     AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
     AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
   ORDER BY 1, 2`;
