import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const built = new URL('../dist/deploy/postgres/index.js', import.meta.url);

const prefix = 'report-scheduler-test-';

/**
 * Starts one embedded PostgreSQL for all tests of a run and names it in `TEST_POSTGRES_URL`, which the workers inherit.
 * Flushing to disk is off: these data need not outlive the run.
 */
export default async function setup() {
  if (globalThis.testPostgres) return;
  if (!existsSync(built)) throw new Error('These tests run a PostgreSQL that must be built first: npm run build');
  const { eraseEmbeddedPostgres, startEmbeddedPostgres } = (await import(built.href)).default;
  await removeKilledRuns(eraseEmbeddedPostgres);
  const dataDir = mkdtempSync(join(tmpdir(), prefix));
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '512MB' },
    log: () => undefined,
  });
  globalThis.testPostgres = { server, dataDir };
  process.env.TEST_POSTGRES_URL = server.url('postgres');
  await createMigratedTemplate(server);

  // Jest runs no teardown when it is interrupted.
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ]) {
    process.once(signal, () => {
      process.kill(server.pid, 'SIGQUIT');
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
      process.exit(128 + number);
    });
  }
}

/** Migrating takes a second, copying a database a few milliseconds: test files copy this one. */
async function createMigratedTemplate(server) {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  await client.query('CREATE DATABASE migrated');
  await client.end();
  const { migrate } = (await import(new URL('../dist/libs/database/src/index.js', import.meta.url).href)).default;
  await migrate(server.url('migrated'), () => undefined);
}

/** A run that was killed leaves its server and its folder behind; one that is going on owns its folder. */
async function removeKilledRuns(erase) {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(prefix));
  for (const folder of folders.map((name) => join(tmpdir(), name))) {
    if (!existsSync(join(folder, 'postgres/owner.json'))) continue;
    try {
      await erase(folder, () => undefined);
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (!String(error.code).startsWith('postgres.folder_')) throw error; // in use, or another user's
    }
  }
}
