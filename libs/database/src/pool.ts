import { Pool, type PoolClient } from 'pg';

export type { Pool, PoolClient } from 'pg';

export interface PoolOptions {
  /** Shown in `pg_stat_activity`. */
  readonly application: string;
  /** Connections at most. */
  readonly max: number;
  /** Told when an idle connection breaks; the pool opens another when one is needed. */
  readonly onIdleError: (error: Error) => void;
}

export function createPool(connectionString: string, options: PoolOptions): Pool {
  const pool = new Pool({
    connectionString,
    max: options.max,
    application_name: options.application,
    // Sessions behave alike whatever the server's defaults: times go out and come in as UTC.
    // A process that hangs or is paused amid a transaction may not keep its locks from the others for longer than this.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c idle_in_transaction_session_timeout=30s',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', (error) => {
    // While the pool is being closed, a server that stops as well may be faster than the goodbye.
    if (!pool.ending) options.onIdleError(error);
  });
  return pool;
}

/** Runs `work` in a transaction: committed when it resolves, rolled back when it throws. */
export async function transaction<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that breaks between two queries has nobody else to tell, and an error without a listener ends the process.
  const onError = (error: Error): void => void (broken = error);
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error(String(cause));
    });
    throw error;
  } finally {
    client.removeListener('error', onError);
    // A connection that is broken, or cannot even roll back, is thrown away.
    client.release(broken);
  }
}
