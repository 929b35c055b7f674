import type { Pool, PoolConnection } from 'mysql2';
import type { Readable } from 'node:stream';
import {
  DataSourceError,
  type CopyFormat,
  type DataSource,
  type LiveColumn,
  type QueryOptions,
  type Relation,
  type RelationName,
} from '../data-source';
import type { Statement } from '../statement';
import { columnsOf, relationsOf } from './catalogue';
import { dataTypeOf, type CatalogueColumn } from './column-types';
import { copyLines } from './copy-lines';
import { parseQuery } from './dialect/parse-query';
import { isUtc } from './dialect/times';
import { toMySql, type TranslatedQuery } from './dialect/translate';
import { FramedRows } from './framed-rows';
import { CONNECT_TIMEOUT_MS, type MySqlConnection } from './mysql-connection';
import { mysqlDriver } from './mysql-driver';
import { asDataSourceError, cancelled } from './mysql-errors';
import { ReadSession } from './read-session';
import { RowStream } from './row-stream';

export interface MySqlLimits {
  /** Connections open at a time at most. */
  readonly poolMax: number;
  /** Milliseconds that a statement may take at most; a call may ask for less. */
  readonly statementTimeoutMs: number;
  /** Milliseconds without use after which a connection is closed. Default 30,000. */
  readonly idleTimeoutMs?: number;
}

const IDLE_TIMEOUT_MS = 30_000;
/** Statements that a connection keeps prepared: hardly one comes twice. */
const PREPARED_STATEMENTS = 8;

/** A database of MySQL 8 or MariaDB 10.6, or later. Its schema is the database of the connection, and it reads no other. */
export class MySqlDataSource implements DataSource {
  private opened: Pool | null = null;
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly connection: MySqlConnection,
    private readonly limits: MySqlLimits,
  ) {}

  introspect(relation: RelationName, options: QueryOptions = {}): Promise<LiveColumn[] | null> {
    return this.within(options, async (session) => {
      const columns = await columnsOf(session, relation);
      return (
        columns?.map(({ name, databaseType, kind, nullable }) => ({
          name,
          databaseType,
          type: dataTypeOf(kind),
          nullable,
        })) ?? null
      );
    });
  }

  listRelations(options: QueryOptions = {}): Promise<Relation[]> {
    return this.within(options, relationsOf);
  }

  async copyOut(select: Statement, format: CopyFormat, options: QueryOptions): Promise<Readable> {
    const session = await this.begin(options);
    try {
      const query = await translated(select, session, options);
      return new RowStream(session.stream(query.rows), session, new FramedRows(query), copyLines(format));
    } catch (error) {
      throw await session.fail(error);
    }
  }

  rows(select: Statement, options: QueryOptions): Promise<(string | null)[][]> {
    return this.within(options, async (session) => {
      const query = await translated(select, session, options);
      const frame = new FramedRows(query);
      const rows = (await session.all(query.rows)).map((row) => frame.take(row)).filter((row) => row !== null);
      return [...rows, ...(await frame.rest(session))].map((row) => [...row]);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.running);
    const pool = this.opened;
    this.opened = null;
    if (pool) await pool.promise().end();
  }

  private async within<Result>(
    options: QueryOptions,
    work: (session: ReadSession) => Promise<Result>,
  ): Promise<Result> {
    const session = await this.begin(options);
    let result: Result;
    try {
      result = await work(session);
    } catch (error) {
      throw await session.fail(error);
    }
    await session.finish();
    return result;
  }

  private async begin({ signal = null, timeoutMs }: BeginOptions): Promise<ReadSession> {
    const client = await this.connect(signal);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.running.add(ended);
    const onEnd = (): void => {
      this.running.delete(ended);
      end();
    };
    return ReadSession.begin(
      client,
      {
        connection: this.connection,
        timeoutMs: Math.min(timeoutMs ?? Infinity, this.limits.statementTimeoutMs),
        signal,
      },
      onEnd,
    );
  }

  /** Stops waiting for a connection when the signal aborts; one that comes after that goes back at once. */
  private connect(signal: AbortSignal | null): Promise<PoolConnection> {
    if (signal?.aborted) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => {
      let waiting = true;
      const stop = (): void => {
        waiting = false;
        clearTimeout(patience);
        signal?.removeEventListener('abort', onAbort);
      };
      const giveUp = (error: DataSourceError): void => {
        stop();
        reject(error);
      };
      const onAbort = (): void => giveUp(cancelled());
      const patience = setTimeout(() => giveUp(noneToSpare()), CONNECT_TIMEOUT_MS);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pool().getConnection((error, client) => {
        if (!waiting) {
          if (!error) client.release();
          return;
        }
        if (error) {
          giveUp(asDataSourceError(error));
          return;
        }
        stop();
        resolve(client);
      });
    });
  }

  private pool(): Pool {
    this.opened ??= mysqlDriver().createPool({
      ...this.connection,
      connectionLimit: this.limits.poolMax,
      idleTimeout: this.limits.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      // Otherwise the pool keeps as many as its limit for ever.
      maxIdle: 0,
      maxPreparedStatements: PREPARED_STATEMENTS,
      enableKeepAlive: true,
    });
    return this.opened;
  }
}

type BeginOptions = Pick<QueryOptions, 'timeoutMs'> & { readonly signal?: AbortSignal | null };

async function translated(
  select: Statement,
  session: ReadSession,
  { timeZone = 'UTC' }: QueryOptions,
): Promise<TranslatedQuery> {
  const query = parseQuery(select);
  const tables = new Map<string, readonly CatalogueColumn[] | null>();
  const keyOf = ({ schema, name }: RelationName): string => JSON.stringify([schema, name]);
  for (const source of query.select.from) {
    if (!tables.has(keyOf(source))) tables.set(keyOf(source), await columnsOf(session, source));
  }
  const hasInstants = [...tables.values()].some((columns) => columns?.some(({ kind }) => kind === 'instant'));
  if (hasInstants && !isUtc(timeZone)) await session.requireZone(timeZone);
  const { collation, firstGroup } = session.server;
  return toMySql(query, (relation) => tables.get(keyOf(relation)) ?? null, { collation, firstGroup, timeZone });
}

function noneToSpare(): DataSourceError {
  return new DataSourceError('data_source.unreachable', 'The data source has no connection to spare.', true);
}
