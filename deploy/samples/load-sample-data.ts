import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { readerRole, refreshReader } from './reader-role';
import { openSampleFiles } from './sample-files';
import type { SampleFiles } from './sample-files';
import { flights, sampleTables } from './sample-tables';
import type { SampleTable } from './sample-tables';

export interface SampleDataOptions {
  /** Connection URL of a superuser, to any database of the server. */
  url: string;
  /** Gets one line for each step that takes a while. */
  log: (line: string) => void;
  /** Name of the database. Default `sample_reporting`. */
  database?: string;
  /** Takes only the last so many flights, for tests. Default: all 3,000,000. */
  flights?: number;
  /** The current time. Default: the clock's. */
  now?: Date;
}

/** Counts up when the tables change, so that an older server's samples are loaded again. */
const version = 1;
const week = 7 * 24 * 60 * 60 * 1000;
/** Rows in a slice: 20 MB of CSV. */
const sliceRows = 500_000;

/**
 * Fills a database of its own with real data: 3,000,000 flights, bird strikes and films. Dates are moved by whole weeks,
 * so that weekdays stay right and the last flight lies in the past week. Tables appear all together or not at all; once
 * they are there, a later call only checks, until their last flight is more than a week old: then they are loaded again.
 *
 * @returns connection URL of a role that may only read; its password is new with each call
 */
export async function loadSampleData(options: SampleDataOptions): Promise<{ url: string }> {
  const { log, database = 'sample_reporting', now = new Date() } = options;
  const readerPassword = await connected(options.url, async (server) => {
    const { rowCount } = await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await server.query(`CREATE DATABASE ${server.escapeIdentifier(database)} TEMPLATE template0`);
    return refreshReader(server);
  });
  await connected(urlOf(options.url, database), async (admin) => {
    if (await isCurrent(admin, now)) return;
    const started = Date.now();
    log('Loading the sample data (once, some 10 seconds)…');
    const files = await openSampleFiles();
    try {
      await load(admin, files, { log, now, limit: options.flights ?? Infinity });
    } finally {
      await files.close();
    }
    log(`Loaded the sample data in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  });
  const url = new URL(urlOf(options.url, database));
  url.username = readerRole;
  url.password = readerPassword;
  return { url: url.href };
}

/** What was loaded stands in a row that is written in the same transaction as the tables become visible. */
async function isCurrent(admin: Client, now: Date): Promise<boolean> {
  const { rows: found } = await admin.query<{ marker: string | null }>(
    "SELECT to_regclass('sample_data.load') AS marker",
  );
  if (!found[0]?.marker) return false;
  const { rows } = await admin.query<{ version: number; last_flight: Date }>('SELECT * FROM sample_data.load');
  return rows[0]?.version === version && now.getTime() - rows[0].last_flight.getTime() < week;
}

interface Load {
  log: (line: string) => void;
  now: Date;
  limit: number;
}

async function load(admin: Client, files: SampleFiles, { log, now, limit }: Load): Promise<void> {
  // What a load left behind that was killed half way.
  await admin.query('DROP SCHEMA IF EXISTS loading CASCADE');
  await admin.query('CREATE SCHEMA loading');
  for (const table of sampleTables) {
    const total = await files.count(table);
    const first = table === flights ? Math.max(0, total - limit) : 0;
    await loadTable(admin, files, { table, first, total, weeks: await weeksToNow(files, table, now), log });
  }
  await admin.query('BEGIN');
  await admin.query('CREATE SCHEMA IF NOT EXISTS sample_data');
  await admin.query('DROP TABLE IF EXISTS sample_data.load');
  await admin.query('CREATE TABLE sample_data.load (version int NOT NULL, last_flight timestamptz NOT NULL)');
  await admin.query(`INSERT INTO sample_data.load SELECT $1, max("date") AT TIME ZONE 'UTC' FROM loading.flights`, [
    version,
  ]);
  for (const { name } of sampleTables) {
    await admin.query(`DROP TABLE IF EXISTS public.${name} CASCADE`);
    await admin.query(`ALTER TABLE loading.${name} SET SCHEMA public`);
    await admin.query(`GRANT SELECT ON public.${name} TO ${readerRole}`);
  }
  await admin.query('DROP SCHEMA loading');
  await admin.query('COMMIT');
}

/** By how many weeks to move a table's dates, so that the last one is in the past week. */
async function weeksToNow(files: SampleFiles, table: SampleTable, now: Date): Promise<number> {
  if (table.movedColumn === undefined) return 0;
  return Math.floor((now.getTime() - (await files.latest(table, table.movedColumn))) / week);
}

interface TableLoad {
  table: SampleTable;
  first: number;
  total: number;
  weeks: number;
  log: (line: string) => void;
}

async function loadTable(
  admin: Client,
  files: SampleFiles,
  { table, first, total, weeks, log }: TableLoad,
): Promise<void> {
  const name = `loading.${table.name}`;
  const slice = (from: number) => files.slice(table, from, Math.min(total, from + sliceRows), weeks);
  await admin.query('BEGIN');
  await admin.query(`CREATE TABLE ${name} (${table.columns.join(', ')})`);
  // While PostgreSQL takes one slice in, DuckDB makes the next.
  let next = slice(first);
  for (let from = first; from < total; from += sliceRows) {
    const csv = await next;
    const to = Math.min(total, from + sliceRows);
    if (to < total) {
      next = slice(to);
      next.catch(() => undefined); // reported when its turn comes, unless this slice fails first
    }
    await pipeline(csv, admin.query(copyFrom(`COPY ${name} FROM STDIN (FORMAT csv, FREEZE)`)));
    log(`  ${table.name}: ${(to - first).toLocaleString('en')} of ${(total - first).toLocaleString('en')} rows`);
  }
  for (const column of table.indexes) await admin.query(`CREATE INDEX ON ${name} (${column})`);
  await admin.query('COMMIT');
  await admin.query(`ANALYZE ${name}`);
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

async function connected<T>(url: string, action: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  // A connection that breaks fails the query that uses it; unheard, it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}
