import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrate } from '#database';
import type { RuntimeSettings } from '#runtime';
import { packageRoot, type Settings } from '#platform';
import {
  defaultDataDir,
  eraseEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../../deploy/postgres';
import { loadSampleData } from '../../../deploy/samples';
import { KEY_FILES, keysOf } from './kept-keys';

const DATABASE = 'report_scheduler';
/** Name of the sample data source in the settings of a standalone start. */
export const SAMPLE_DATA_SOURCE = 'sample';

export interface Embedded {
  readonly settings: RuntimeSettings;
  /** Undefined when `DATABASE_URL` names another server. */
  readonly postgres: EmbeddedPostgres | undefined;
  /** True when the sample data source is there. */
  readonly samples: boolean;
}

/** Provides what the settings leave open: database, folder, keys and sample data. */
export async function provide(given: Settings, log: (line: string) => void, signal: AbortSignal): Promise<Embedded> {
  const dataDir = dataDirOf(given);
  makeDataDir(dataDir);
  const settings = { ...given, DATA_DIR: dataDir, ...keysOf(given, dataDir) };
  if (settings.DATABASE_URL !== undefined) {
    await migrate(settings.DATABASE_URL, log);
    return { settings: { ...settings, DATABASE_URL: settings.DATABASE_URL }, postgres: undefined, samples: false };
  }
  log('Starting the embedded PostgreSQL…');
  const postgres = await startEmbeddedPostgres({ dataDir, log, signal });
  try {
    await createDatabase(postgres.url('postgres'));
    const url = postgres.url(DATABASE);
    await migrate(url, log);
    const samples = settings.SAMPLE_DATA === 'on';
    const DATA_SOURCES = samples
      ? {
          ...settings.DATA_SOURCES,
          [SAMPLE_DATA_SOURCE]: (await loadSampleData({ url: postgres.url('postgres'), log })).url,
        }
      : settings.DATA_SOURCES;
    return { settings: { ...settings, DATABASE_URL: url, DATA_SOURCES }, postgres, samples };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Deletes everything that earlier starts left. Refused when the database is not ours to delete. */
export async function reset(settings: Settings, log: (line: string) => void): Promise<void> {
  if (settings.DATABASE_URL !== undefined) {
    throw new Error('--reset deletes the embedded database only. Unset DATABASE_URL, or empty that database yourself.');
  }
  const dataDir = dataDirOf(settings);
  await eraseEmbeddedPostgres(dataDir, log);
  // Positions begin anew, so what a local Kafka holds would be taken for what is to come.
  for (const name of ['files', 'credentials', ...KEY_FILES, 'kafka']) {
    rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  log(`Deleted the data in ${dataDir}.`);
}

function dataDirOf(settings: Settings): string {
  return defaultDataDir({ DATA_DIR: settings.DATA_DIR }, packageRoot());
}

/** The database's own account must be able to pass through; what is secret has its own rights. */
function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Error(`The data folder ${dataDir} cannot be made (${code}). Set DATA_DIR to a folder you may write to.`, {
      cause: error,
    });
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
