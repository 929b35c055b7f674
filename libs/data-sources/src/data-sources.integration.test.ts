import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { dataSourceIdOf, type PostgresOptions } from '#domain';
import { postgresSource } from '#domain/testing';
import { createLogger } from '#platform';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { DataSourceError } from './data-source';
import { DataSources, type DataSourceRegistry, type RegisteredDataSource } from './data-sources';
import { sql } from './statement';

const LIMITS = { poolMax: 2, statementTimeoutMs: 5_000, idleTimeoutMs: 10 };
const DATABASE_NAME = sql`SELECT current_database()`;
const logger = createLogger({ level: 'silent', format: 'json' });

let before: TestDatabase;
let after: TestDatabase;

beforeAll(async () => {
  [before, after] = [await createTestDatabase(), await createTestDatabase()];
});
afterAll(async () => {
  await before.drop();
  await after.drop();
});

/** What is registered, as a test wishes it. */
class Registry implements DataSourceRegistry {
  readonly registered = new Map<string, RegisteredDataSource>();
  readonly secrets = new Map<string, string>();

  register(name: string, { url }: TestDatabase, more: Partial<PostgresOptions> = {}): void {
    const { hostname, port, pathname, username, password } = new URL(url);
    const options = { host: hostname, port: Number(port), database: pathname.slice(1), user: username };
    const source = postgresSource({ ...options, tls: { mode: 'disable', ca: null }, ...more });
    const revision = (this.registered.get(name)?.revision ?? -1) + 1;
    this.secrets.set(name, decodeURIComponent(password));
    this.registered.set(name, { ...source, dataSourceId: dataSourceIdOf(name), revision, secretId: name });
  }

  find(name: string): Promise<RegisteredDataSource | null> {
    return Promise.resolve(this.registered.get(name) ?? null);
  }

  readSecret(secretId: string): Promise<string> {
    const secret = this.secrets.get(secretId);
    return secret === undefined
      ? Promise.reject(new DataSourceError('data_source.secret_missing', 'gone'))
      : Promise.resolve(secret);
  }
}

async function withSources(
  work: (sources: DataSources, registry: Registry) => Promise<void>,
  settings: Record<string, string> = {},
): Promise<void> {
  const registry = new Registry();
  const sources = new DataSources(settings, LIMITS, { registry, logger, filesRoot: null });
  try {
    await work(sources, registry);
  } finally {
    await sources.close();
  }
}

async function databaseOf(sources: DataSources, name: string): Promise<string | null | undefined> {
  return (await (await sources.get(name))?.rows(DATABASE_NAME, {}))?.[0]?.[0];
}

const nameOf = ({ url }: TestDatabase) => new URL(url).pathname.slice(1);

it('connects on demand, by name, those of the settings first', async () => {
  const settings = { here: before.url, nowhere: 'postgres://u:hidden@127.0.0.1:1/x' };
  await withSources(async (sources, registry) => {
    expect(sources.namesOfSettings()).toEqual(['here', 'nowhere']);
    expect(await sources.get('unknown')).toBeNull();
    expect(await sources.get('constructor')).toBeNull();
    expect(await sources.get('here')).toBe(await sources.get('here'));
    registry.register('here', after);
    expect(await databaseOf(sources, 'here')).toBe(nameOf(before));
    const nowhere = await sources.get('nowhere');
    const error: unknown = await nowhere?.listRelations().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'data_source.unreachable', transient: true });
    expect((error as Error).message).not.toMatch(/hidden|127\.0\.0\.1/);
  }, settings);
});

it('goes by a revision from the next query on, and lets running ones end', async () => {
  await withSources(async (sources, registry) => {
    registry.register('sales', before);
    const old = await sources.get('sales');
    expect(await sources.get('sales')).toBe(old);
    const running = await old!.copyOut(sql`SELECT current_database() FROM generate_series(1, 200000)`, CSV, {});
    await once(running, 'readable');
    registry.register('sales', after);
    expect(await databaseOf(sources, 'sales')).toBe(nameOf(after));
    const lines = (await text(running)).trimEnd().split('\n');
    expect(lines).toHaveLength(200_000);
    expect(new Set(lines)).toEqual(new Set([nameOf(before)]));
    // An export looks at the table before it reads it, and a revision may come in between.
    expect(await old!.rows(DATABASE_NAME, {})).toEqual([[nameOf(before)]]);
    await untilNobodyIsIn(before);
  });
});

it('opens one pool however many ask at once, and none for what is older than it knows', async () => {
  await withSources(async (sources, registry) => {
    registry.register('sales', before);
    const stale = registry.registered.get('sales')!;
    registry.register('sales', after);
    const [one, ...others] = await Promise.all([sources.get('sales'), sources.get('sales'), sources.get('sales')]);
    for (const other of others) expect(other).toBe(one);
    registry.registered.set('sales', stale);
    expect(await sources.get('sales')).toBe(one);
  });
});

it('knows no retired one, and one that is registered anew', async () => {
  await withSources(async (sources, registry) => {
    registry.register('sales', before);
    const first = await sources.get('sales');
    registry.registered.delete('sales');
    expect(await sources.get('sales')).toBeNull();
    registry.register('sales', after);
    expect(await sources.get('sales')).not.toBe(first);
    expect(await databaseOf(sources, 'sales')).toBe(nameOf(after));
  });
});

it('says when a password cannot be read', async () => {
  await withSources(async (sources, registry) => {
    registry.register('sales', before);
    registry.secrets.clear();
    await expect(sources.get('sales')).rejects.toMatchObject({ code: 'data_source.secret_missing' });
  });
});

it('never looks for a password in the environment', async () => {
  await withSources(async (sources, registry) => {
    registry.register('sales', before);
    process.env.PGPASSWORD = registry.secrets.get('sales');
    registry.registered.set('sales', { ...registry.registered.get('sales')!, secretId: null });
    try {
      await expect(databaseOf(sources, 'sales')).rejects.toMatchObject({ code: 'data_source.permission_denied' });
    } finally {
      delete process.env.PGPASSWORD;
    }
  });
});

it('opens no more connections than a data source asks for, and gives no query more time', async () => {
  await withSources(async (sources, registry) => {
    registry.register('sales', before, { maxConnections: 1, statementTimeoutSeconds: 1 });
    const source = (await sources.get('sales'))!;
    const pids = await Promise.all([1, 2, 3].map(() => source.rows(sql`SELECT pg_backend_pid()`, {})));
    expect(new Set(pids.flat(2)).size).toBe(1);
    const endless = source.rows(sql`SELECT count(*) FROM generate_series(1, 10000000000)`, { timeoutMs: 60_000 });
    await expect(endless).rejects.toMatchObject({
      code: 'data_source.timeout',
      message: expect.stringContaining('1 s'),
    });
  });
});

const CSV = { type: 'csv', delimiter: ',', nullText: '' } as const;

/** Returns once no connection to the database is left; a test that waits in vain ends by its timeout. */
async function untilNobodyIsIn(database: TestDatabase): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const others = 'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  while ((await client.query(others)).rowCount);
  await client.end();
}
