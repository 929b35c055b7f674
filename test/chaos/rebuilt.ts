import { createPool, NotificationListener, type Pool } from '#database';
import { StoreEventFeed } from '#event-feed';
import type { FeedSubscription } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import { AuditTrailProjection, READ_MODEL_SCHEMA, ReadModelsProjection } from '#read-models';

const SCHEMA = 'rebuilt';
/** So long may a read model be behind the store once nothing happens any more. */
const SETTLED_WITHIN_MS = 60_000;

/**
 * Builds all read models anew from the event store, in a schema of their own, and compares every row of every table with
 * those that the running system has. One sentence for each table that differs; it waits for projections that are behind.
 */
export async function differencesFromRebuild(
  url: string,
  settledWithinMs = SETTLED_WITHIN_MS,
): Promise<readonly string[]> {
  const pool = createPool(url, { application: 'rebuild', max: 5, onIdleError: () => undefined });
  const notifications = new NotificationListener(url, 'rebuild');
  try {
    const tables = await createTables(pool);
    await rebuild(pool, new PostgresEventStore(pool, notifications));
    for (const giveUpAt = Date.now() + settledWithinMs; ;) {
      const differences = await compare(pool, tables);
      if (differences.length === 0 || Date.now() >= giveUpAt) return differences;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    await notifications.close();
    await pool.end();
  }
}

async function createTables(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE'`,
    [READ_MODEL_SCHEMA],
  );
  await pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  await pool.query('DELETE FROM event_feed.checkpoint WHERE starts_with(group_name, $1)', [SCHEMA]);
  await pool.query(`CREATE SCHEMA ${SCHEMA}`);
  for (const { name } of rows) {
    await pool.query(`CREATE TABLE ${SCHEMA}.${name} (LIKE ${READ_MODEL_SCHEMA}.${name} INCLUDING ALL)`);
  }
  return rows.map(({ name }) => name);
}

async function rebuild(pool: Pool, store: PostgresEventStore): Promise<void> {
  const feed = new StoreEventFeed(store);
  const head = await store.head();
  const projections = [
    new ReadModelsProjection(pool, { schema: SCHEMA, group: `${SCHEMA}-read-models` }),
    new AuditTrailProjection(pool, store, { schema: SCHEMA, group: `${SCHEMA}-audit-trail` }),
  ];
  await Promise.all(
    projections.map(
      (projection) =>
        new Promise<void>((resolve, reject) => {
          const subscription: FeedSubscription = {
            group: projection.group,
            batchSize: projection.batchSize,
            load: (source) => projection.load(source),
            handle: async (batch) => {
              await projection.handle(batch);
              if (batch.checkpoint.position >= head) void end();
            },
            onError: (error) => reject(error instanceof Error ? error : new Error(String(error))),
          };
          const running = feed.subscribe(subscription);
          const end = async (): Promise<void> => {
            // Not awaited inside the handler, whose end it waits for.
            await (await running).stop();
            resolve();
          };
          if (head === 0n) void end();
        }),
    ),
  );
}

async function compare(pool: Pool, tables: readonly string[]): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const name of tables) {
    // As text, since json has no equality.
    const only = (left: string, right: string): string =>
      `SELECT t::text AS row FROM ${left}.${name} t EXCEPT ALL SELECT t::text FROM ${right}.${name} t`;
    const { rows } = await pool.query<{ side: string; count: number; example: string }>(
      `SELECT 'live' AS side, count(*)::int AS count, min(row) AS example FROM (${only(READ_MODEL_SCHEMA, SCHEMA)}) a
       UNION ALL
       SELECT 'rebuilt', count(*)::int, min(row) FROM (${only(SCHEMA, READ_MODEL_SCHEMA)}) b`,
    );
    for (const { side, count, example } of rows.filter((row) => row.count > 0)) {
      differences.push(`${name} has ${count} rows only in the ${side} tables, such as ${example.slice(0, 300)}`);
    }
  }
  return differences;
}
