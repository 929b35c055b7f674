import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import { DATABASE, withClient } from './system/database';

/** The embedded PostgreSQL of a running server, found in its data folder as a person would. */
export interface OwnCluster {
  readonly pid: number;
  /** Connection URL of a database of it, by name. */
  url(database: string): string;
}

/** @see https://www.postgresql.org/docs/current/storage-file-layout.html: postmaster.pid holds pid, folder, start, port, … */
export function ownCluster(dataDir: string): OwnCluster {
  const [pid, , , port] = readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(join(dataDir, 'postgres', 'superuser-password'), 'utf8').trim();
  return {
    pid: Number(pid),
    url: (database) => `postgres://postgres:${password}@127.0.0.1:${String(port)}/${database}`,
  };
}

/** A connection to the product's own database. */
export async function withDatabase<Result>(
  dataDir: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  return withClient(ownCluster(dataDir).url(DATABASE), work);
}
