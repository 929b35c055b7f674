import { join } from 'node:path';
import { packageRoot } from '#platform';

const LOCK_RETRY_MS = 250;
const LOCK_WAIT_MS = 120_000;

/**
 * Brings the database up to date; processes that start together take turns. Returns the names of the migrations that ran.
 * Published migrations are never edited, only followed by new ones.
 */
export async function migrate(connectionString: string, log: (line: string) => void): Promise<readonly string[]> {
  // Loaded only here: most who use this library never migrate.
  const { runner } = await import('node-pg-migrate');
  const giveUpAt = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      const ran = await runner({
        databaseUrl: connectionString,
        dir: join(packageRoot(), 'libs', 'database', 'migrations'),
        direction: 'up',
        migrationsTable: 'schema_migration',
        checkOrder: true,
        // `wait` deadlocks with CREATE INDEX CONCURRENTLY: fail at once and try again.
        advisoryLockMode: 'fail',
        log: () => undefined,
      });
      for (const { name } of ran) log(`migrated: ${name}`);
      return ran.map(({ name }) => name);
    } catch (error) {
      if (!isLocked(error) || Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /another migration is already running/i.test(error.message);
}
