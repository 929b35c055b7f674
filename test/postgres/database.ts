import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  /** Connection URL of its superuser. */
  url: string;
  /** Deletes it, ending the sessions that are still open. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** True: with the product's tables in it, all migrations applied. Default false: empty. */
  migrated?: boolean;
}

/**
 * A fresh database on the PostgreSQL of the test run, so that test files never see each other's rows.
 *
 * @throws Error when the file does not run in a Jest project that starts a PostgreSQL (integration, end-to-end)
 */
export async function createTestDatabase({ migrated = false }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = process.env.TEST_POSTGRES_URL;
  if (server === undefined) throw new Error('No PostgreSQL: name the file *.integration.test.ts or *.e2e.test.ts.');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(server, `CREATE DATABASE ${name}${migrated ? ' TEMPLATE migrated' : ''}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
