import type { Pool, PoolConnection } from 'mysql2';
import { DataSourceError } from '../data-source';
import { CONNECT_TIMEOUT_MS, type MySqlConnection } from './mysql-connection';
import { mysqlDriver } from './mysql-driver';
import { asDataSourceError, cancelled } from './mysql-errors';

export interface PoolLimits {
  /** Connections open at a time at most. */
  readonly poolMax: number;
  /** Milliseconds without use after which a connection is closed. Default 30,000. */
  readonly idleTimeoutMs?: number;
}

const IDLE_TIMEOUT_MS = 30_000;
/** Statements that a connection keeps prepared: hardly one comes twice. */
const PREPARED_STATEMENTS = 8;

export interface PooledConnection {
  readonly client: PoolConnection;
  /** Whether it was there before, and so may have broken meanwhile. */
  readonly wasUsed: boolean;
}

/** Connections that are kept while they are used. The driver is loaded by the first one. */
export class ConnectionPool {
  private opened: Pool | null = null;
  private readonly used = new WeakSet<PoolConnection>();

  constructor(
    private readonly connection: MySqlConnection,
    private readonly limits: PoolLimits,
  ) {}

  /** Stops waiting when the signal aborts, and after 10 s; a connection that comes after that goes back at once. */
  connect(signal: AbortSignal | null): Promise<PooledConnection> {
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
        const wasUsed = this.used.has(client);
        this.used.add(client);
        resolve({ client, wasUsed });
      });
    });
  }

  async close(): Promise<void> {
    const pool = this.opened;
    this.opened = null;
    if (pool) await pool.promise().end();
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

function noneToSpare(): DataSourceError {
  return new DataSourceError('data_source.unreachable', 'The data source has no connection to spare.');
}
