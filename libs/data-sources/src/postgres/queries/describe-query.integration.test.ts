import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../../test/postgres/database';
import { joinStatements, sql, statementText } from '../../statement';
import { PostgresDataSource } from '../postgres-data-source';

let database: TestDatabase;
let admin: Client;
let source: PostgresDataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`
    CREATE DOMAIN amount AS numeric(12,2);
    CREATE TABLE orders (id bigint PRIMARY KEY, placed date, total amount, region text, tags text[], random int);
    INSERT INTO orders VALUES (1, '2026-01-01', 10.50, 'North', '{a}', 7), (2, '2026-01-02', 4, 'South', NULL, 8);
    CREATE SCHEMA hidden;
    CREATE FUNCTION writes(n int) RETURNS int LANGUAGE sql AS 'INSERT INTO orders (id) VALUES (n) RETURNING 1';
    CREATE FUNCTION hidden.waits() RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(0)';
    CREATE FUNCTION liar(n int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN INSERT INTO orders (id) VALUES (n); RETURN 1; END';
    CREATE FUNCTION twice(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT n * 2';
    CREATE OPERATOR public.!! (FUNCTION = writes, RIGHTARG = int);
    CREATE TYPE mood AS ENUM ('ok', 'bad');
    CREATE FUNCTION moody(n int) RETURNS mood LANGUAGE sql AS 'SELECT ''ok''::mood';
    CREATE CAST (int AS mood) WITH FUNCTION moody(int);
    ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET standard_conforming_strings = off`);
  source = new PostgresDataSource({ connectionString: database.url }, { poolMax: 2, statementTimeoutMs: 20_000 });
});
afterAll(async () => {
  await source.close();
  await admin.end();
  await database.drop();
});

const QUERY_REFUSED = 'data_source.query_refused';

const refused = (query: string, message: string | RegExp, code: string) =>
  expect(source.describeQuery(query)).rejects.toMatchObject({
    code,
    transient: false,
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
  });

async function rowsOf(query: string): Promise<(string | null)[][]> {
  const { from } = await source.describeQuery(query);
  return source.rows(joinStatements([sql`SELECT * FROM`, from], ' '), {});
}

describe('a query', () => {
  it('is described without being run', async () => {
    const { columns, from } = await source.describeQuery(
      'SELECT id, placed AS "Placed on", total, tags, now() AS at, id / 0 AS never, NULL AS nothing FROM orders',
    );
    expect(columns).toEqual([
      { name: 'id', databaseType: 'bigint', type: 'integer', nullable: true },
      { name: 'Placed on', databaseType: 'date', type: 'date', nullable: true },
      { name: 'total', databaseType: 'numeric(12,2)', type: 'decimal', nullable: true },
      { name: 'tags', databaseType: 'text[]', type: 'array', nullable: true },
      { name: 'at', databaseType: 'timestamp with time zone', type: 'timestamp', nullable: true },
      { name: 'never', databaseType: 'bigint', type: 'integer', nullable: true },
      { name: 'nothing', databaseType: 'text', type: 'string', nullable: true },
    ]);
    expect(statementText(from)).toMatch(/^\(\nSELECT [^]* FROM orders\n\) AS "dataset"$/);
  });

  it.each([
    ['SELECT id FROM orders ORDER BY id -- the end', [['1'], ['2']]],
    ['SELECT id FROM orders ORDER BY id; -- the end', [['1'], ['2']]],
    ["SELECT 'it''s 100 % \\' AS a /* ) */", [["it's 100 % \\"]]],
    [
      'WITH o AS (SELECT * FROM orders) SELECT region, twice(id::int) AS n FROM o ORDER BY 1',
      [
        ['North', '2'],
        ['South', '4'],
      ],
    ],
    ['VALUES (1)', [['1']]],
    [
      'SELECT orders.random, gen_random_uuid() IS NULL AS n FROM orders WHERE random() < 2 ORDER BY 1',
      [
        ['7', 'f'],
        ['8', 'f'],
      ],
    ],
  ])('gives its rows: %s', async (query, rows) => {
    expect(await rowsOf(query)).toEqual(rows);
  });

  it('cannot end its string where its parser saw none, whatever the database is set to', async () => {
    // With standard_conforming_strings off, \' would be a quote inside the literal, and the text after it SQL.
    const query = `SELECT '\\' AS a, ') AS x; DELETE FROM orders; --' AS b`;
    expect(await rowsOf(query)).toEqual([['\\', ') AS x; DELETE FROM orders; --']]);
  });
});

describe('a query is refused by the database', () => {
  it.each([
    [
      'SELECT id, region AS id FROM orders',
      'The query is refused: two of its columns have the name "id": rename one with AS.',
      QUERY_REFUSED,
    ],
    ['SELECT id, 1 FROM orders', 'The query is refused: its column 2 has no name: give it one with AS.', QUERY_REFUSED],
    ['SELECT FROM orders', 'The query is refused: it gives no columns.', QUERY_REFUSED],
    ['SELECT nothing() AS a', /function nothing\(\) does not exist/, QUERY_REFUSED],
    ['SELECT 1 + ARRAY[1] AS a', /operator does not exist/, QUERY_REFUSED],
    [
      "SELECT 'x'::int AS a",
      /^A value cannot be converted or computed: invalid input syntax/,
      'data_source.value_invalid',
    ],
    ['SELECT a FROM gone', /relation "gone" does not exist/, 'data_source.relation_missing'],
    ['SELECT gone FROM orders', /column "gone" does not exist/, 'data_source.column_missing'],
  ])('%s', (query, message, code) => refused(query, message, code));
});

describe('a function that writes, waits or reaches out is refused', () => {
  it.each([
    'pg_sleep(1)',
    "pg_read_file('/etc/passwd')",
    "pg_read_binary_file('/etc/passwd')",
    "pg_ls_dir('/')",
    "lo_import('/etc/passwd')",
    "lo_export(1, '/tmp/x')",
    'lo_create(0)',
    "set_config('statement_timeout', '0', true)",
    'pg_terminate_backend(1)',
    'pg_cancel_backend(1)',
    'pg_reload_conf()',
    "nextval('s')",
    "setval('s', 1)",
    "query_to_xml('DELETE FROM orders', true, true, '')",
    "ts_stat('DELETE FROM orders')",
    'pg_advisory_lock(1)',
    "pg_notify('c', 'x')",
    'pg_export_snapshot()',
    "pg_logical_emit_message(true, 'a', 'b')",
    'writes(9)',
    'hidden.waits()',
    'pg_catalog.pg_sleep(1)',
    '"pg_sleep"(1)',
    'U&"pg\\005Fsleep"(1)',
    'PG_SLEEP(1)',
  ])('%s', async (call) => {
    await refused(
      `SELECT id FROM orders\nWHERE (${call}) IS NULL`,
      /^The query is refused at line 2, column 8: .* is a volatile function, /,
      QUERY_REFUSED,
    );
  });

  it.each([
    ['the source of rows', "SELECT * FROM pg_ls_dir('/') AS f"],
    ['an argument by default', 'SELECT coalesce(NULL, (SELECT max(writes(id::int)) FROM orders)) AS a'],
    ['a column', "SELECT t.pg_read_file AS a FROM unnest(ARRAY['/etc/passwd']) AS t"],
    ['a field', "SELECT ('/etc/passwd'::text).pg_read_file AS a"],
    ['an operator', 'SELECT !! 9 AS a'],
    ['an operator with its schema', 'SELECT OPERATOR(public.!!) 9 AS a'],
    ['a cast', 'SELECT 1::mood AS a'],
    ['a cast as a call', 'SELECT mood(1) AS a'],
    ['a limit', 'SELECT id FROM orders LIMIT writes(1)'],
  ])('as %s', async (_, query) => {
    await refused(query, /is a volatile (function|operator), which may write, wait, or read elsewhere/, QUERY_REFUSED);
  });

  it('and one that only says that it does not write cannot', async () => {
    await expect(rowsOf('SELECT liar(9) AS a')).rejects.toThrow('INSERT is not allowed in a non-volatile function');
    expect((await admin.query('SELECT id FROM orders')).rows).toHaveLength(2);
  });
});
