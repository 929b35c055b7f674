import { createConnection, type Connection } from 'mysql2/promise';
import { hasMariaDb, startMariaDb, type MariaDbServer } from '../../../../test/mariadb/server';
import { identifier, sql, type Statement } from '../statement';
import type { MySqlDataSource } from './mysql-data-source';
import { openMariaDb } from './testing/open-mariadb';

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB DID NOT RUN THE TESTS OF TYPES: mariadbd is not in the PATH.\n');

interface Kind {
  /** As a column is declared. */
  readonly declared: string;
  /** What reports take it for. */
  readonly type: string;
  /** SQL literals, and how they leave. */
  readonly values: readonly (readonly [literal: string, written: string])[];
  /** Literals that no report could tell; as a text they are what they are. */
  readonly refused?: readonly (readonly [literal: string, asText: string])[];
}

const LONG = 'ü'.repeat(100_000);
const KINDS: readonly Kind[] = [
  { declared: 'tinyint unsigned', type: 'integer', values: [['255', '255']] },
  { declared: 'smallint', type: 'integer', values: [['-32768', '-32768']] },
  { declared: 'mediumint', type: 'integer', values: [['8388607', '8388607']] },
  { declared: 'int(5) zerofill', type: 'integer', values: [['42', '42']] },
  {
    declared: 'bigint unsigned',
    type: 'integer',
    values: [
      ['18446744073709551615', '18446744073709551615'],
      ['0', '0'],
    ],
  },
  {
    declared: 'year',
    type: 'integer',
    values: [
      ['2026', '2026'],
      ['0', '0'],
    ],
  },
  {
    declared: 'tinyint(1)',
    type: 'boolean',
    values: [
      ['2', 't'],
      ['0', 'f'],
      ['-1', 't'],
    ],
  },
  {
    declared: 'bit(64)',
    type: 'string',
    values: [
      ["b'101'", '101'.padStart(64, '0')],
      ['18446744073709551615', '1'.repeat(64)],
    ],
  },
  { declared: 'bit(1)', type: 'string', values: [["b'1'", '1']] },
  {
    declared: 'decimal(65,30)',
    type: 'decimal',
    values: [
      [`-${'9'.repeat(35)}.${'9'.repeat(30)}`, `-${'9'.repeat(35)}.${'9'.repeat(30)}`],
      ['0.1', `0.1${'0'.repeat(29)}`],
    ],
  },
  { declared: 'decimal(10,2) unsigned zerofill', type: 'decimal', values: [['1.5', '1.50']] },
  {
    declared: 'double',
    type: 'decimal',
    values: [
      ['0.1e0 + 0.2e0', '0.30000000000000004'],
      ['1.7976931348623157e308', '1.7976931348623157e308'],
      ['-1.5', '-1.5'],
    ],
  },
  {
    declared: 'float',
    type: 'decimal',
    values: [
      ['0.1', '0.1'],
      // Six digits would make 16777200 of it.
      ['16777217', '16777216'],
    ],
  },
  {
    declared: 'date',
    type: 'date',
    values: [
      ["'2024-02-29'", '2024-02-29'],
      ["'0987-01-01'", '0987-01-01'],
    ],
    refused: [
      ["'0000-00-00'", '0000-00-00'],
      ["'2026-05-00'", '2026-05-00'],
    ],
  },
  {
    declared: 'datetime(6)',
    type: 'timestamp',
    values: [
      ["'2026-12-31 23:59:59.5'", '2026-12-31 23:59:59.5'],
      ["'2026-12-31 10:00:00'", '2026-12-31 10:00:00'],
    ],
    refused: [["'0000-00-00'", '0000-00-00 00:00:00']],
  },
  {
    declared: 'timestamp(3) NULL',
    type: 'timestamp',
    values: [["'2026-07-01 12:00:00.25'", '2026-07-01 12:00:00.25+00']],
    refused: [["'0000-00-00'", '0000-00-00 00:00:00+00']],
  },
  {
    declared: 'time(6)',
    type: 'time',
    values: [
      ["'07:30:00.000001'", '07:30:00.000001'],
      ["'24:00:00'", '24:00:00'],
    ],
    refused: [
      ["'25:00:00'", '25:00:00'],
      ["'-00:00:01'", '-00:00:01'],
    ],
  },
  { declared: 'json', type: 'json', values: [[`'{"a": [1, "ü"]}'`, '{"a": [1, "ü"]}']] },
  {
    declared: "enum('red', 'blue')",
    type: 'string',
    values: [
      ["'blue'", 'blue'],
      ["''", ''],
    ],
  },
  { declared: "set('a', 'b')", type: 'string', values: [["'a,b'", 'a,b']] },
  {
    declared: 'uuid',
    type: 'uuid',
    values: [["'A0000000-0000-4000-8000-00000000000F'", 'a0000000-0000-4000-8000-00000000000f']],
  },
  { declared: 'inet6', type: 'string', values: [["'2001:db8::1'", '2001:db8::1']] },
  { declared: 'binary(4)', type: 'string', values: [["x'00ff'", '\\x00ff0000']] },
  { declared: 'varbinary(4)', type: 'string', values: [["x'00ff'", '\\x00ff']] },
  { declared: 'blob', type: 'string', values: [["''", '\\x']] },
  { declared: 'point', type: 'string', values: [['point(1, 2)', 'POINT(1 2)']] },
  { declared: 'varchar(20) CHARACTER SET latin1', type: 'string', values: [["'Grüße '", 'Grüße ']] },
  { declared: 'char(20)', type: 'string', values: [["'😀\\t\\n\"'", '😀\t\n"']] },
  { declared: 'longtext', type: 'string', values: [[`'${LONG}'`, LONG]] },
];

(isInstalled ? describe : describe.skip)('the types of MariaDB', () => {
  let server: MariaDbServer;
  let source: MySqlDataSource;
  let client: Connection;

  beforeAll(async () => {
    server = await startMariaDb();
    await server.execute(`
      CREATE DATABASE kinds CHARACTER SET utf8mb4;
      CREATE TABLE kinds.one (\`a?"b\` int NOT NULL);
      CREATE VIEW kinds.two AS SELECT * FROM kinds.one;
      CREATE TABLE kinds.pairs (name varchar(9));
      INSERT INTO kinds.pairs VALUES ('a'), ('A'), ('ä'), ('a ');
      CREATE TABLE kinds.counts (small int unsigned, great bigint unsigned, step int);
      INSERT INTO kinds.counts VALUES (3, 5, -7), (0, 18446744073709551615, 1);`);
    source = openMariaDb(server, 'kinds');
    client = await createConnection({ ...server.address, multipleStatements: true });
  });
  afterAll(async () => {
    await client.end();
    await source.close();
    await server.close();
  });

  const valueOf = async (table: string, expression: Statement) =>
    (
      await source.rows(sql`SELECT ${expression} FROM ${identifier('kinds', table)}`, { timeZone: 'Europe/Berlin' })
    )[0]?.[0];
  const value = identifier('value');

  const hold = ({ declared }: Kind, literal: string) =>
    client.query(`
      SET time_zone = '+00:00', sql_mode = '';
      CREATE OR REPLACE TABLE kinds.kind (value ${declared});
      INSERT INTO kinds.kind VALUES (${literal});`);

  describe.each(KINDS)('$declared', (kind) => {
    it(`is ${kind.type} to reports, and NULL is NULL`, async () => {
      await hold(kind, 'NULL');
      const [column] = (await source.introspect({ schema: 'kinds', name: 'kind' })) ?? [];
      expect(column).toMatchObject({ name: 'value', type: kind.type, nullable: true });
      expect(await valueOf('kind', value)).toBeNull();
      expect(await valueOf('kind', sql`${value}::text`)).toBeNull();
    });

    it.each(kind.values)('leaves %.40s as %.40s', async (literal, written) => {
      await hold(kind, literal);
      expect(await valueOf('kind', value)).toBe(written);
    });
  });

  it.each(
    KINDS.flatMap((kind) =>
      (kind.refused ?? []).map(([literal, asText]) => [kind.declared, literal, asText, kind] as const),
    ),
  )('%s refuses %s, which as a text is %s', async (_declared, literal, asText, kind) => {
    await hold(kind, literal);
    const type = TYPE_OF[kind.type] ?? sql`text`;
    for (const expression of [value, sql`max(${value})`, sql`(${value}::${type})::text`]) {
      await expect(valueOf('kind', expression)).rejects.toMatchObject({ code: 'data_source.value_invalid' });
    }
    expect(await valueOf('kind', sql`${value}::text`)).toBe(asText);
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

  it('of unsigned numbers make no others in a calculation', async () => {
    const counts = (expression: Statement) =>
      source.rows(sql`SELECT ${expression} FROM "kinds"."counts" WHERE "small" > ${'0'}::bigint`, {});
    expect(await counts(sql`("small"::bigint + "step"::bigint)`)).toEqual([['-4']]);
    expect(await counts(sql`("great"::bigint - ${'9'}::bigint)`)).toEqual([['-4']]);
    expect(await counts(sql`(- "small"::bigint)`)).toEqual([['-3']]);
    expect(await counts(sql`count(*)`)).toEqual([['1']]);
    const tooGreat = sql`SELECT ("great"::bigint + "step"::bigint) FROM "kinds"."counts"`;
    await expect(source.rows(tooGreat, {})).rejects.toMatchObject({ code: 'data_source.value_invalid' });
    expect(await source.rows(sql`SELECT max("great"), sum("great") FROM "kinds"."counts"`, {})).toEqual([
      ['18446744073709551615', '18446744073709551620'],
    ]);
    const negative = sql`SELECT count(*) FROM "kinds"."counts" WHERE "great" > ${'-1'}::bigint AND "small" > "step"`;
    expect(await source.rows(negative, {})).toEqual([['1']]);
  });

  it('are read of views, and of no other database', async () => {
    expect(await source.listRelations()).toContainEqual({ schema: 'kinds', name: 'two', kind: 'view' });
    const columns = await source.introspect({ schema: 'kinds', name: 'two' });
    expect(columns).toEqual([{ name: 'a?"b', databaseType: 'int(11)', type: 'integer', nullable: false }]);
    await expect(source.rows(sql`SELECT "user" FROM "mysql"."user"`, {})).rejects.toMatchObject({
      code: 'data_source.relation_missing',
    });
  });
});

const TYPE_OF: Readonly<Record<string, Statement>> = {
  date: sql`date`,
  time: sql`time`,
  timestamp: sql`timestamp`,
};
