import { hasMariaDb, startMariaDb, type MariaDbServer } from '../../../../test/mariadb/server';
import { identifier, sql, type Statement } from '../statement';
import type { MySqlDataSource } from './mysql-data-source';
import { openMariaDb } from './testing/open-mariadb';

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB DID NOT RUN THE TESTS OF TYPES: mariadbd is not in the PATH.\n');

(isInstalled ? describe : describe.skip)('the types of MariaDB', () => {
  let server: MariaDbServer;
  let source: MySqlDataSource;

  beforeAll(async () => {
    server = await startMariaDb();
    await server.execute(`
      CREATE DATABASE kinds CHARACTER SET utf8mb4;
      SET sql_mode = '';
      CREATE TABLE kinds.one (
        tiny tinyint unsigned, big bigint unsigned, flag tinyint(1), wide bit(10), raw varbinary(4), doc json,
        color enum('red', 'blue'), tags set('a', 'b'), made year, amount decimal(20, 4), small float, exact double,
        latin varchar(20) CHARACTER SET latin1, day date, clock time, \`a?"b\` int NOT NULL);
      INSERT INTO kinds.one VALUES (255, 18446744073709551615, 2, b'101', x'00ff', '{"a": [1]}', 'blue', 'a,b', 2026,
        1234567890123456.7891, 0.1, 0.1, 'Grüße ', '0000-00-00', '25:00:00', 7);
      CREATE VIEW kinds.two AS SELECT tiny FROM kinds.one;
      CREATE TABLE kinds.pairs (name varchar(9));
      INSERT INTO kinds.pairs VALUES ('a'), ('A'), ('ä'), ('a ');`);
    source = openMariaDb(server, 'kinds');
  });
  afterAll(async () => {
    await source.close();
    await server.close();
  });

  const one = async (expression: Statement) =>
    (await source.rows(sql`SELECT ${expression} FROM ${identifier('kinds', 'one')}`, {}))[0]?.[0];

  it('are what reports take them for', async () => {
    const columns = await source.introspect({ schema: 'kinds', name: 'one' });
    expect(columns?.map(({ type }) => type)).toEqual([
      ...['integer', 'integer', 'boolean', 'string', 'string', 'json', 'string', 'string', 'integer', 'decimal'],
      ...['decimal', 'decimal', 'string', 'date', 'time', 'integer'],
    ]);
    expect(columns?.at(-1)).toMatchObject({ name: 'a?"b', nullable: false });
    expect(await source.listRelations()).toContainEqual({ schema: 'kinds', name: 'two', kind: 'view' });
  });

  it.each([
    ['tiny', '255'],
    ['big', '18446744073709551615'],
    ['flag', 't'],
    ['wide', '0000000101'],
    ['raw', '\\x00ff'],
    ['doc', '{"a": [1]}'],
    ['color', 'blue'],
    ['tags', 'a,b'],
    ['made', '2026'],
    ['amount', '1234567890123456.7891'],
    ['small', '0.1'],
    ['exact', '0.1'],
    ['latin', 'Grüße '],
    ['a?"b', '7'],
  ])('are written as they are: %s', async (name, written) => {
    expect(await one(identifier(name))).toBe(written);
  });

  it.each(['day', 'clock'])('refuse what no report could mean: %s', async (name) => {
    await expect(one(identifier(name))).rejects.toMatchObject({ code: 'data_source.value_invalid' });
  });

  it('keep apart what differs in capitals, accents and blanks at the end', async () => {
    const grouped = sql`SELECT "name", count(*) FROM "kinds"."pairs" GROUP BY "name" ORDER BY "name"`;
    expect(await source.rows(grouped, {})).toEqual([
      ['A', '1'],
      ['a', '1'],
      ['a ', '1'],
      ['ä', '1'],
    ]);
  });

  it('are read of no other database, and refused where MySQL would answer otherwise', async () => {
    await expect(source.rows(sql`SELECT "user" FROM "mysql"."user"`, {})).rejects.toMatchObject({
      code: 'data_source.relation_missing',
    });
    await expect(one(sql`"tiny" / "made"`)).rejects.toMatchObject({ code: 'data_source.unsupported' });
    await expect(one(sql`pg_sleep(1)`)).rejects.toMatchObject({ code: 'data_source.unsupported' });
  });
});
