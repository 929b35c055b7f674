import { Client } from 'pg';
import { migrate } from '#database';
import { startEmbeddedPostgres } from '../../../deploy/postgres';
import type { BenchContext } from './bench';

/** A PostgreSQL of this run's own, and the product's database in it. */
export interface BenchPostgres {
  /** Connection URL of another database of the same server, by name. */
  url(database: string): string;
  /** Connection URL of the product's database, migrated. */
  readonly product: string;
  /** Of the postmaster, whose children serve the connections. */
  readonly pid: number;
}

/** Starts the embedded PostgreSQL as the product does, every commit flushed to disk; stopped by the clean-up. */
export async function startBenchPostgres(folder: string, context: BenchContext): Promise<BenchPostgres> {
  const { cleanup, log } = context;
  const starting = startEmbeddedPostgres({
    dataDir: folder,
    settings: { fsync: 'on', synchronous_commit: 'on' },
    signal: cleanup.signal,
    log,
  });
  cleanup.add('PostgreSQL', async () => {
    const server = await starting.catch(() => undefined);
    await server?.stop();
  });
  const { url, pid } = await starting;
  await executeSql(url('postgres'), 'CREATE DATABASE product');
  const product = url('product');
  await migrate(product, () => undefined);
  return { url, product, pid };
}

/** Runs statements, without parameters, on a connection of their own. */
export async function executeSql(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
