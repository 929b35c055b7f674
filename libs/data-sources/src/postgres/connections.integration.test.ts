import { Client } from 'pg';
import type { PostgresOptions } from '#domain';
import { postgresSource } from '#domain/testing';
import { createLogger } from '#platform';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { startTlsServer, type TlsServer } from '../../../../test/postgres/tls-server';
import { openDataSource, testConnection } from '../connectors';
import type { DataSource } from '../data-source';
import { sql } from '../statement';
import { connectionOf } from './postgres-connection';
import { PostgresDataSource } from './postgres-data-source';
import { ReplicatedDataSource } from './replicated-data-source';

const LIMITS = { poolMax: 2, statementTimeoutMs: 5_000 };
const IS_ENCRYPTED = sql`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
const log: { msg: string; dataSource?: string }[] = [];
const logger = createLogger({
  level: 'info',
  format: 'json',
  destination: { write: (line) => void log.push(JSON.parse(line) as { msg: string }) },
});
const context = { name: 'sales', limits: LIMITS, logger, filesRoot: null };

let server: TlsServer;

beforeAll(async () => {
  server = await startTlsServer();
});
afterAll(() => server.close());

function options(more: Partial<PostgresOptions> = {}) {
  const { port, username } = server.url;
  return postgresSource({ host: 'localhost', port: Number(port), database: 'postgres', user: username, ...more });
}

const password = () => decodeURIComponent(server.url.password);

async function encrypted(tls: PostgresOptions['tls']): Promise<string | null | undefined> {
  const source = openDataSource(options({ tls }), password(), context);
  try {
    return (await source.rows(IS_ENCRYPTED, {}))[0]?.[0];
  } finally {
    await source.close();
  }
}

const tried = (more: Partial<PostgresOptions>) => testConnection(options(more), password(), null);

describe('TLS', () => {
  it('is not spoken, spoken with anybody, or with whom the certificate names', async () => {
    expect(await encrypted({ mode: 'disable', ca: null })).toBe('f');
    expect(await encrypted({ mode: 'require', ca: null })).toBe('t');
    expect(await encrypted({ mode: 'verify-full', ca: server.ca })).toBe('t');
  });

  it('is refused when the certificate is of nobody that is trusted', async () => {
    await expect(encrypted({ mode: 'verify-full', ca: null })).rejects.toMatchObject({
      code: 'data_source.unreachable',
      message: expect.stringContaining('SELF_SIGNED'),
    });
    expect(await tried({ tls: { mode: 'verify-full', ca: null } })).toMatchObject({
      reason: 'tls',
      message: expect.stringMatching(/not trusted/),
    });
  });

  it('is refused when the certificate is for another host, an address included', async () => {
    const tls = { mode: 'verify-full', ca: server.ca } as const;
    expect(await tried({ tls })).toBeNull();
    expect(await tried({ tls, host: '127.0.0.1' })).toMatchObject({
      reason: 'tls',
      message: expect.stringMatching(/another host/),
    });
    const source = openDataSource(options({ tls, host: '127.0.0.1' }), password(), context);
    await expect(source.listRelations()).rejects.toMatchObject({ code: 'data_source.unreachable' });
    await source.close();
  });

  it('is demanded by a server, and does not hinder a cancellation', async () => {
    await server.requireTls();
    expect(await tried({ tls: { mode: 'disable', ca: null } })).toMatchObject({ reason: 'sign_in' });
    const source = openDataSource(options({ tls: { mode: 'verify-full', ca: server.ca } }), password(), context);
    const controller = new AbortController();
    const silent = source.rows(sql`SELECT count(*) FROM (SELECT generate_series(1, 10000000000)) AS endless`, {
      signal: controller.signal,
    });
    await untilRunning();
    controller.abort();
    await expect(silent).rejects.toMatchObject({ code: 'data_source.cancelled' });
    await source.close();
  });
});

async function untilRunning(): Promise<void> {
  const client = new Client({ connectionString: server.url.href, ssl: { rejectUnauthorized: false } });
  await client.connect();
  const running =
    "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%endless%' AND pid <> pg_backend_pid()";
  while (!(await client.query(running)).rowCount);
  await client.end();
}

describe('a read replica', () => {
  const WHERE = sql`SELECT current_database()`;
  let primaryDatabase: TestDatabase;
  let primary: DataSource;
  let replica: DataSource;

  beforeAll(async () => {
    primaryDatabase = await createTestDatabase();
    primary = new PostgresDataSource({ connectionString: primaryDatabase.url }, LIMITS);
    const { postgres } = options({ tls: { mode: 'require', ca: null } });
    replica = new PostgresDataSource(connectionOf(postgres!, password(), postgres!), LIMITS);
  });
  afterAll(() => primaryDatabase.drop());

  it('takes the queries, until it is gone, and when it is back; the log says so once each', async () => {
    const source = new ReplicatedDataSource({ primary, replica, name: 'sales', logger, retryAfterMs: 0 });
    const asked = async () => (await source.rows(WHERE, {}))[0]?.[0];
    const ofPrimary = new URL(primaryDatabase.url).pathname.slice(1);
    expect(await asked()).toBe('postgres');
    await server.stop();
    log.length = 0;
    expect([await asked(), await asked(), await asked()]).toEqual([ofPrimary, ofPrimary, ofPrimary]);
    expect(await source.listRelations()).toEqual([]);
    await server.start();
    expect([await asked(), await asked()]).toEqual(['postgres', 'postgres']);
    expect(log.map(({ msg, dataSource }) => [msg, dataSource])).toEqual([
      ['the read replica cannot be reached; queries go to the primary', 'sales'],
      ['queries go to the read replica again', 'sales'],
    ]);
    await source.close();
  });

  it('is left alone for a while when it was not reached', async () => {
    const asked: string[] = [];
    const stub = (name: string, source: DataSource): DataSource => ({
      introspect: (relation, more) => source.introspect(relation, more),
      listRelations: (more) => (asked.push(name), source.listRelations(more)),
      copyOut: (select, format, more) => source.copyOut(select, format, more),
      rows: (select, more) => source.rows(select, more),
      close: () => source.close(),
    });
    const nowhere = new PostgresDataSource({ connectionString: 'postgres://u:p@127.0.0.1:1/x' }, LIMITS);
    const reachable = new PostgresDataSource({ connectionString: primaryDatabase.url }, LIMITS);
    const parts = { primary: stub('primary', reachable), replica: stub('replica', nowhere), name: 'sales', logger };
    const source = new ReplicatedDataSource({ ...parts, retryAfterMs: 3_600_000 });
    await source.listRelations();
    await source.listRelations();
    expect(asked).toEqual(['replica', 'primary', 'primary']);
    await source.close();
  });

  it('does not stand in for a query that the database refuses', async () => {
    const { url } = primaryDatabase;
    const [one, other] = [url, url].map((connectionString) => new PostgresDataSource({ connectionString }, LIMITS));
    const source = new ReplicatedDataSource({ primary: one!, replica: other!, name: 'sales', logger, retryAfterMs: 0 });
    await expect(source.rows(sql`SELECT 1 / 0`, {})).rejects.toMatchObject({ code: 'data_source.value_invalid' });
    await source.close();
  });

  it('is where a registered data source asks first', async () => {
    const { hostname, port, username, pathname, password: secret } = new URL(primaryDatabase.url);
    const definition = postgresSource({
      ...{
        host: 'localhost',
        port: 1,
        database: pathname.slice(1),
        user: username,
        tls: { mode: 'disable', ca: null },
      },
      readReplica: { host: hostname, port: Number(port) },
    });
    const source = openDataSource(definition, decodeURIComponent(secret), context);
    expect(await source.rows(WHERE, {})).toEqual([[pathname.slice(1)]]);
    await source.close();
  });
});
