import type { PoolConnection } from 'mysql2';
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
import { ConnectionPool, type PoolLimits } from './connection-pool';
import { copyLines } from './copy-lines';
import { parseQuery } from './dialect/parse-query';
import { isUtc } from './dialect/times';
import { toMySql, type TranslatedQuery } from './dialect/translate';
import { FramedRows } from './framed-rows';
import type { MySqlConnection } from './mysql-connection';
import { ReadSession } from './read-session';
import { RowStream } from './row-stream';

export interface MySqlLimits extends PoolLimits {
  /** Milliseconds that a statement may take at most; a call may ask for less. */
  readonly statementTimeoutMs: number;
}

/** A database of MySQL 8 or MariaDB 10.6, or later. Its schema is the database of the connection, and it reads no other. */
export class MySqlDataSource implements DataSource {
  private readonly pool: ConnectionPool;
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly connection: MySqlConnection,
    private readonly limits: MySqlLimits,
  ) {
    this.pool = new ConnectionPool(connection, limits);
  }

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
    await this.pool.close();
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

  private async begin(options: BeginOptions): Promise<ReadSession> {
    for (;;) {
      const { client, wasUsed } = await this.pool.connect(options.signal ?? null);
      try {
        return await this.beginOn(client, options);
      } catch (error) {
        // A connection may have broken while nobody used it; each that did is closed, so a new one comes at last.
        if (!wasUsed || !(error instanceof DataSourceError) || error.code !== 'data_source.unreachable') throw error;
      }
    }
  }

  private beginOn(client: PoolConnection, { signal = null, timeoutMs }: BeginOptions): Promise<ReadSession> {
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
