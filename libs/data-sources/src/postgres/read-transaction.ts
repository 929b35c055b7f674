import { Client, type PoolClient } from 'pg';
import { type DataSourceError } from '../data-source';
import type { Statement } from '../statement';
import type { PostgresConnection } from './postgres-connection';
import { asDataSourceError, cancelled, codeOf, timedOut } from './postgres-errors';

export interface TransactionOptions {
  readonly connection: PostgresConnection;
  readonly timeoutMs: number;
  readonly timeZone: string;
  readonly signal: AbortSignal | null;
}

/** Milliseconds that the database gets to obey a cancellation before the connection is cut. */
const CANCEL_PATIENCE_MS = 500;

/**
 * One read-only transaction on a connection of the pool, with one snapshot for all its statements. It ends once, by
 * `finish` or `fail`; a cancelled one closes its connection, so that a late cancellation can hit nobody else.
 */
export class ReadTransaction {
  private cancelling = false;
  private ended = false;
  private backendPid = 0;
  private readonly startedAt = performance.now();
  private cancellation: Promise<void> = Promise.resolve();
  private onEnd: () => void = () => undefined;
  private readonly onAbort = (): void => this.cancel();

  private constructor(
    readonly client: PoolClient,
    private readonly options: TransactionOptions,
  ) {}

  static async begin(client: PoolClient, options: TransactionOptions): Promise<ReadTransaction> {
    const transaction = new ReadTransaction(client, options);
    options.signal?.addEventListener('abort', transaction.onAbort, { once: true });
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const { rows } = await client.query<{ pid: number }>(SESSION, [
        String(Math.ceil(options.timeoutMs)),
        options.timeZone,
      ]);
      transaction.backendPid = rows[0]?.pid ?? 0;
    } catch (error) {
      throw await transaction.fail(error);
    }
    if (options.signal?.aborted) throw await transaction.fail(cancelled());
    return transaction;
  }

  get signal(): AbortSignal | null {
    return this.options.signal;
  }

  /** The statement's text with its values in it, each quoted by the server: `COPY` takes no parameters. */
  async quote(statement: Statement): Promise<string> {
    const template = statement.text.map((part) => part.replaceAll('%', '%%')).join('%L');
    try {
      const { rows } = await this.client.query<{ text: string }>(
        'SELECT pg_catalog.format($1::text, VARIADIC $2::text[]) AS text',
        [template, statement.values],
      );
      return rows[0]?.text ?? '';
    } catch (error) {
      throw await this.fail(error);
    }
  }

  /** Runs the transaction's last statement and ends it. */
  async run<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    let result: Result;
    try {
      result = await work(this.client);
    } catch (error) {
      throw await this.fail(error);
    }
    await this.finish();
    return result;
  }

  /** Asks the database to end the running query, and cuts the connection if it does not obey. */
  cancel(): void {
    if (this.cancelling || this.ended) return;
    this.cancelling = true;
    const cut = setTimeout(() => this.cut(), CANCEL_PATIENCE_MS);
    this.onEnd = () => clearTimeout(cut);
    this.cancellation = this.requestCancel().catch(() => this.cut());
  }

  /** Ends the transaction well and gives the connection back. */
  async finish(): Promise<void> {
    if (this.ended) return;
    try {
      await this.client.query('COMMIT');
      this.release(this.cancelling);
    } catch {
      // Nothing was written, so nothing is lost but the connection.
      this.release(true);
    }
  }

  /** Ends the transaction after an error, and tells what the error means. */
  async fail(error: unknown): Promise<DataSourceError> {
    const meaning = this.meaningOf(error);
    if (!this.ended) {
      const usable = !this.cancelling && codeOf(error) !== undefined && meaning.code !== 'data_source.unreachable';
      const rolledBack =
        usable &&
        (await this.client.query('ROLLBACK').then(
          () => true,
          () => false,
        ));
      this.release(!rolledBack);
    }
    await this.cancellation;
    return meaning;
  }

  private meaningOf(error: unknown): DataSourceError {
    if (this.cancelling) return cancelled();
    const ranOut = performance.now() - this.startedAt >= this.options.timeoutMs;
    if (codeOf(error) === '57014' && ranOut) return timedOut(this.options.timeoutMs);
    return asDataSourceError(error);
  }

  private release(close: boolean): void {
    if (this.ended) return;
    this.ended = true;
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.client.release(close);
    this.onEnd();
  }

  /** A connection of its own carries the cancellation: the query's one is busy, and so may be the whole pool. */
  private async requestCancel(): Promise<void> {
    const client = new Client({
      ...this.options.connection,
      connectionTimeoutMillis: CANCEL_PATIENCE_MS,
      application_name: 'report-scheduler cancellation',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT pg_catalog.pg_cancel_backend($1)', [this.backendPid]);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private cut(): void {
    if (!this.ended) connectionOf(this.client).stream.destroy();
  }
}

/**
 * What makes text forms independent of the database's own settings, has the server read literals as the parser of queries did
 * (`standard_conforming_strings`), and lets it notice a vanished client while it computes (`client_connection_check_interval`,
 * PostgreSQL 14 and later).
 */
const SESSION = `
  SELECT pg_catalog.pg_backend_pid() AS pid,
         pg_catalog.set_config('statement_timeout', $1, true),
         pg_catalog.set_config('TimeZone', $2, true),
         pg_catalog.set_config('DateStyle', 'ISO, YMD', true),
         pg_catalog.set_config('IntervalStyle', 'iso_8601', true),
         pg_catalog.set_config('extra_float_digits', '1', true),
         pg_catalog.set_config('bytea_output', 'hex', true),
         pg_catalog.set_config('standard_conforming_strings', 'on', true),
         (SELECT pg_catalog.set_config(name, '1000', true)
            FROM pg_catalog.pg_settings WHERE name = 'client_connection_check_interval')`;

/** The driver's types leave the socket out. */
function connectionOf(client: PoolClient): { readonly stream: { destroy(): void } } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
}
