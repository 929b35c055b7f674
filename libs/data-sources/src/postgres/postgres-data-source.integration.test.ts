import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { identifier, sql } from '../statement';
import { PostgresDataSource } from './postgres-data-source';

const CSV = { type: 'csv', delimiter: ',', nullText: '' } as const;
const ENDLESS = sql`SELECT g, md5(g::text) FROM (SELECT generate_series(1, 1000000000) AS g) AS endless`;
/** Says nothing for a long time, so that only the database can end it. */
const SILENT = sql`SELECT count(*) FROM (SELECT generate_series(1, 10000000000)) AS endless`;

let database: TestDatabase;
let admin: Client;
let source: PostgresDataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  source = new PostgresDataSource({ connectionString: database.url }, { poolMax: 3, statementTimeoutMs: 20_000 });
});
afterAll(async () => {
  await source.close();
  await admin.end();
  await database.drop();
});

/** Statements of others that run in the database now. */
async function runningQueries(): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
  );
  return rows[0]!.n;
}

async function untilRunning(): Promise<void> {
  while ((await runningQueries()) === 0);
}

/** Returns once nothing runs; a test that waits in vain ends by its timeout. */
async function untilIdle(): Promise<void> {
  while ((await runningQueries()) > 0);
}

describe('introspect', () => {
  it('tells names, types and nullability in the order of the table', async () => {
    await admin.query(`
      CREATE SCHEMA "odd ""schema";
      CREATE DOMAIN amount AS numeric(12,2); CREATE DOMAIN price AS amount CHECK (VALUE >= 0);
      CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE DOMAIN words AS text[];
      CREATE TABLE "odd ""schema"."Table 'x" (
        "User Name" varchar(40) NOT NULL, count int, big bigint NOT NULL, price price, ratio double precision, yes boolean,
        day date, at timestamp, at_zone timestamptz, clock time, id uuid, doc jsonb, mood mood, tags text[], dropped int,
        span interval, cost money, moods mood[], _plain amount, words words, pair int2vector);
      ALTER TABLE "odd ""schema"."Table 'x" DROP COLUMN dropped;
      CREATE VIEW "odd ""schema".v AS SELECT day, price FROM "odd ""schema"."Table 'x"`);
    const columns = await source.introspect({ schema: 'odd "schema', name: "Table 'x" });
    expect(columns!.map(({ name, databaseType, type, nullable }) => [name, databaseType, type, nullable])).toEqual([
      ['User Name', 'character varying(40)', 'string', false],
      ['count', 'integer', 'integer', true],
      ['big', 'bigint', 'integer', false],
      ['price', 'price', 'decimal', true],
      ['ratio', 'double precision', 'decimal', true],
      ['yes', 'boolean', 'boolean', true],
      ['day', 'date', 'date', true],
      ['at', 'timestamp without time zone', 'timestamp', true],
      ['at_zone', 'timestamp with time zone', 'timestamp', true],
      ['clock', 'time without time zone', 'time', true],
      ['id', 'uuid', 'uuid', true],
      ['doc', 'jsonb', 'json', true],
      ['mood', 'mood', 'string', true],
      ['tags', 'text[]', 'array', true],
      ['span', 'interval', 'duration', true],
      ['cost', 'money', 'currency', true],
      ['moods', 'mood[]', 'array', true],
      ['_plain', 'amount', 'decimal', true],
      ['words', 'words', 'array', true],
      ['pair', 'int2vector', 'string', true],
    ]);
    expect((await source.introspect({ schema: 'odd "schema', name: 'v' }))!.map((column) => column.name)).toEqual([
      'day',
      'price',
    ]);
  });

  it('is null for a relation that is not there, and for a name that cannot be', async () => {
    expect(await source.introspect({ schema: 'public', name: "x'; DROP SCHEMA public; --" })).toBeNull();
    await expect(source.introspect({ schema: 'public', name: 'x\0y' })).rejects.toMatchObject({
      code: 'data_source.value_invalid',
      transient: false,
    });
  });

  it('gives no column for a table without columns', async () => {
    await admin.query('CREATE TABLE public.bare ()');
    expect(await source.introspect({ schema: 'public', name: 'bare' })).toEqual([]);
  });

  it('lists what can be read', async () => {
    expect(await source.listRelations()).toEqual(
      expect.arrayContaining([
        { schema: 'odd "schema', name: "Table 'x", kind: 'table' },
        { schema: 'odd "schema', name: 'v', kind: 'view' },
      ]),
    );
    expect((await source.listRelations()).every(({ schema }) => !schema.startsWith('pg_'))).toBe(true);
  });
});

describe('copyOut', () => {
  it('streams what COPY writes, with the values quoted by the server', async () => {
    const nasty = `it's %L %s \\ "q"\n$1; DROP TABLE x; --`;
    const stream = await source.copyOut(sql`SELECT ${nasty} AS a, ${'%'} || ${'ü'}, NULL::text, ''`, CSV, {});
    expect(await text(stream)).toBe(`"it's %L %s \\ ""q""\n$1; DROP TABLE x; --",%ü,,""\n`);
    expect(await runningQueries()).toBe(0);
  });

  it('quotes every value but NULL if it is told to', async () => {
    const select = sql`SELECT 1, ${'a'}, NULL::text, ''`;
    expect(await text(await source.copyOut(select, { ...CSV, quoteAll: true }, {}))).toBe('"1","a",,""\n');
  });

  it('writes the text format as well', async () => {
    const stream = await source.copyOut(sql`SELECT ${'a\tb'}, NULL, 1.50::numeric`, { type: 'text' }, {});
    expect(await text(stream)).toBe('a\\tb\t\\N\t1.50\n');
  });

  it('reads and writes timestamps in the zone asked for, whatever the database prefers', async () => {
    await admin.query(`ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" SET datestyle = 'German, DMY'`);
    const fresh = new PostgresDataSource({ connectionString: database.url }, { poolMax: 1, statementTimeoutMs: 5_000 });
    const select = sql`SELECT ('2026-07-01T12:00:00Z'::timestamptz)::timestamp, '2026-07-01'::date`;
    expect(await text(await fresh.copyOut(select, CSV, { timeZone: 'Europe/Berlin' }))).toBe(
      '2026-07-01 14:00:00,2026-07-01\n',
    );
    expect(await text(await fresh.copyOut(select, CSV, {}))).toBe('2026-07-01 12:00:00,2026-07-01\n');
    await fresh.close();
  });

  it('cannot write', async () => {
    await admin.query('CREATE SEQUENCE counter');
    const stream = await source.copyOut(sql`SELECT nextval('counter')`, CSV, {});
    await expect(text(stream)).rejects.toMatchObject({ code: 'data_source.failed', transient: false });
  });

  it.each([
    ['a stream of rows', ENDLESS],
    ['a silent computation', SILENT],
  ])('ends %s in the database within a second of the abort', async (_name, statement) => {
    const controller = new AbortController();
    const stream = await source.copyOut(statement, CSV, { signal: controller.signal });
    const failure = text(stream).catch((error: unknown) => error);
    await untilRunning();
    const before = performance.now();
    controller.abort();
    expect(await failure).toMatchObject({ code: 'data_source.cancelled' });
    await untilIdle();
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('ends the query when the reader goes away', async () => {
    const stream = await source.copyOut(ENDLESS, CSV, {});
    await once(stream, 'readable');
    const before = performance.now();
    stream.destroy();
    await once(stream, 'close');
    await untilIdle();
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('holds the rows back when the reader is slow', async () => {
    const stream = await source.copyOut(ENDLESS, CSV, {});
    await once(stream, 'readable');
    expect(stream.readableLength).toBeLessThan(2_000_000);
    stream.destroy();
    await once(stream, 'close');
  });

  it('does not begin when the signal is aborted already', async () => {
    await expect(source.copyOut(ENDLESS, CSV, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'data_source.cancelled',
    });
  });

  it('stops waiting for a connection', async () => {
    const narrow = new PostgresDataSource(
      { connectionString: database.url },
      { poolMax: 1, statementTimeoutMs: 5_000 },
    );
    const taken = await narrow.copyOut(ENDLESS, CSV, {});
    const controller = new AbortController();
    const waiting = narrow.rows(sql`SELECT 1`, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'data_source.cancelled' });
    taken.destroy();
    expect(await narrow.rows(sql`SELECT 2`, {})).toEqual([['2']]);
    await narrow.close();
  });

  it('lets a query take no longer than it may', async () => {
    const stream = await source.copyOut(SILENT, CSV, { timeoutMs: 100 });
    await expect(text(stream)).rejects.toMatchObject({ code: 'data_source.timeout', transient: true });
  });

  it('gives every connection back', async () => {
    for (let turn = 0; turn < 6; turn++) {
      const stream = await source.copyOut(turn % 2 === 0 ? sql`SELECT 1` : sql`SELECT 1 / 0`, CSV, {});
      await text(stream).catch(() => undefined);
      const dropped = await source.copyOut(ENDLESS, CSV, {});
      dropped.destroy();
      await once(dropped, 'close');
    }
    await untilIdle();
    expect(await source.rows(sql`SELECT 'free'`, {})).toEqual([['free']]);
  });

  it('is unreachable, and no more, when the server ends the connection', async () => {
    const stream = await source.copyOut(SILENT, CSV, {});
    const failure = text(stream).catch((error: unknown) => error);
    await untilRunning();
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    expect(await failure).toMatchObject({ code: 'data_source.unreachable', transient: true });
    expect(await source.rows(sql`SELECT 1`, {})).toEqual([['1']]);
  });
});

describe('rows', () => {
  it('gives text and nulls', async () => {
    expect(await source.rows(sql`SELECT 1, NULL, true, ${'a'}, '2026-01-02'::date`, {})).toEqual([
      ['1', null, 't', 'a', '2026-01-02'],
    ]);
  });

  it.each([
    ['data_source.relation_missing', sql`SELECT * FROM ${identifier('public', 'gone')}`],
    ['data_source.relation_missing', sql`SELECT * FROM ${identifier('no schema', 'gone')}`],
    ['data_source.column_missing', sql`SELECT ${identifier('gone')} FROM pg_catalog.pg_class`],
    ['data_source.value_invalid', sql`SELECT 1 / 0`],
    ['data_source.value_invalid', sql`SELECT ${'abc'}::int`],
    ['data_source.value_invalid', sql`SELECT ${'a\0b'}`],
    ['data_source.failed', sql`SELECT 1 + true`],
  ])('says %s', async (code, statement) => {
    await expect(source.rows(statement, {})).rejects.toMatchObject({ name: 'DataSourceError', code, transient: false });
  });

  it('says what it may not read', async () => {
    const name = `reader_${new URL(database.url).pathname.slice(6)}`;
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'right'; CREATE TABLE public.secret (n int)`);
    const url = new URL(database.url);
    url.username = name;
    url.password = 'right';
    const reader = new PostgresDataSource({ connectionString: url.href }, { poolMax: 1, statementTimeoutMs: 5_000 });
    await expect(reader.rows(sql`SELECT * FROM public.secret`, {})).rejects.toMatchObject({
      code: 'data_source.permission_denied',
    });
    expect(await reader.listRelations()).not.toContainEqual(expect.objectContaining({ name: 'secret' }));
    await reader.close();
    await admin.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
  });
});
