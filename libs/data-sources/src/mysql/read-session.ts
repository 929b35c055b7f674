import type { Connection, PoolConnection, Query, RowDataPacket } from 'mysql2';
import type { Socket } from 'node:net';
import { DataSourceError } from '../data-source';
import { sql, type Statement } from '../statement';
import type { MySqlConnection } from './mysql-connection';
import { mysqlDriver } from './mysql-driver';
import { asDataSourceError, cancelled, errorNumberOf, isOutOfTime, timedOut } from './mysql-errors';
import { serverKindOf, sessionSettings, type ServerKind } from './session-settings';

export interface SessionOptions {
  readonly connection: MySqlConnection;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
}

/** Milliseconds that the server gets to obey a cancellation before the connection is cut. */
const CANCEL_PATIENCE_MS = 500;

export type Row = readonly (string | null)[];

/**
 * One read-only transaction on a connection of the pool, with one snapshot for all its statements. It ends once, by `finish` or
 * `fail`; a cancelled one closes its connection, so that a late cancellation can hit nobody else.
 */
export class ReadSession {
  private kind: ServerKind | null = null;
  private aborted = false;
  private outOfTime = false;
  private ended = false;
  private cancellation: Promise<void> | null = null;
  private cut: NodeJS.Timeout | undefined;
  private onLost: (() => void) | null = null;
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = (): void => this.cancel();

  private constructor(
    private readonly client: PoolConnection,
    private readonly options: SessionOptions,
    private readonly onEnd: () => void,
  ) {
    this.timer = setTimeout(() => {
      this.outOfTime = true;
      this.kill();
      // A server that waits for a slow reader hears nothing else.
      this.resume();
    }, options.timeoutMs);
    options.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** @param onEnd called once, when the connection is free again or closed */
  static async begin(client: PoolConnection, options: SessionOptions, onEnd: () => void): Promise<ReadSession> {
    const session = new ReadSession(client, options, onEnd);
    try {
      await session.prepare();
    } catch (error) {
      throw await session.fail(error);
    }
    if (options.signal?.aborted) {
      session.cancel();
      throw await session.fail(cancelled());
    }
    return session;
  }

  get server(): ServerKind {
    if (this.kind === null) throw new RangeError('The session has not begun.');
    return this.kind;
  }

  /** Whether its statement is being cancelled, or its time is over. */
  get isEnding(): boolean {
    return this.cancellation !== null;
  }

  get signal(): AbortSignal | null {
    return this.options.signal;
  }

  /** All rows of a statement, each value as text. Throws what the driver throws: `fail` tells what it means. */
  async all(statement: Statement): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.client.execute<RowDataPacket[][]>(optionsOf(statement), (error, rows) => {
        if (error) reject(error);
        // Every statement here gives texts and NULLs.
        else resolve(rows as unknown as Row[]);
      });
    });
  }

  /** Throws `data_source.unsupported` where the server cannot convert times into a zone: it would give NULL for all of them. */
  async requireZone(timeZone: string): Promise<void> {
    const known = await this.all(sql`SELECT CAST(CONVERT_TZ('2000-01-01 00:00:00', '+00:00', ${timeZone}) AS CHAR)`);
    if (typeof known[0]?.[0] === 'string') return;
    const message = `The data source does not know the time zone ${timeZone}: load its time zone tables (mysql_tzinfo_to_sql).`;
    throw new DataSourceError('data_source.unsupported', message);
  }

  /** Rows one by one, as `result` events, until `end` or `error`. */
  stream(statement: Statement): Query {
    return this.client.execute(optionsOf(statement));
  }

  /**
   * @param listener told when the connection breaks before the session has ended: the driver says nothing of that to a statement without a
   *   callback
   */
  onceLost(listener: () => void): void {
    this.onLost = listener;
    socketOf(this.client).once('close', listener);
  }

  pause(): void {
    this.client.pause();
  }

  resume(): void {
    // Of a closed connection there is nothing to come.
    if (!this.ended) this.client.resume();
  }

  /** Ends the running statement; its caller then gets an error. */
  cancel(): void {
    this.aborted = true;
    this.kill();
  }

  /** Ends the transaction well and gives the connection back. */
  async finish(): Promise<void> {
    try {
      await this.run('COMMIT');
      await this.release(this.cancellation !== null);
    } catch {
      // Nothing was written, so nothing is lost but the connection.
      await this.release(true);
    }
  }

  /** Ends the transaction after an error, and tells what the error means. */
  async fail(error: unknown): Promise<DataSourceError> {
    const meaning = this.meaningOf(error);
    const isUsable = this.cancellation === null && (error instanceof DataSourceError || errorNumberOf(error) !== null);
    const rolledBack =
      isUsable &&
      (await this.run('ROLLBACK').then(
        () => true,
        () => false,
      ));
    await this.release(!rolledBack);
    return meaning;
  }

  private async prepare(): Promise<void> {
    const [[version] = []] = await this.all(sql`SELECT CAST(@@version AS CHAR)`);
    this.kind = serverKindOf(version ?? '');
    await this.run(sessionSettings(this.kind, this.options.timeoutMs));
    await this.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await this.run('START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT');
  }

  private run(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.query(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  private meaningOf(error: unknown): DataSourceError {
    if (this.aborted) return cancelled();
    if (this.outOfTime || isOutOfTime(error)) return timedOut(this.options.timeoutMs);
    return asDataSourceError(error);
  }

  private async release(close: boolean): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.cut);
    this.options.signal?.removeEventListener('abort', this.onAbort);
    if (this.onLost) socketOf(this.client).off('close', this.onLost);
    if (close) this.client.destroy();
    else this.client.release();
    await this.cancellation;
    this.onEnd();
  }

  private kill(): void {
    if (this.ended || this.cancellation !== null) return;
    const cut = (): void => {
      if (!this.ended) socketOf(this.client).destroy();
    };
    this.cut = setTimeout(cut, CANCEL_PATIENCE_MS);
    this.cancellation = this.requestKill().catch(cut);
  }

  /** A connection of its own carries the cancellation: the statement's one is busy, and so may be the whole pool. */
  private requestKill(): Promise<void> {
    const client = mysqlDriver().createConnection({
      ...this.options.connection,
      connectTimeout: CANCEL_PATIENCE_MS,
    });
    return new Promise((resolve, reject) => {
      client.on('error', reject);
      client.query(`KILL QUERY ${this.client.threadId}`, (error) => {
        client.destroy();
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

function optionsOf({ text, values }: Statement): { sql: string; values: string[]; rowsAsArray: true } {
  return { sql: text.join('?'), values: [...values], rowsAsArray: true };
}

/** The driver's types leave the socket out, and its own `destroy` tells a running statement nothing. */
function socketOf(client: Connection): Pick<Socket, 'destroy' | 'once' | 'off'> {
  return (client as unknown as { stream: Socket }).stream;
}
