import { createConnection } from 'mysql2/promise';
import {
  DEFAULT_CSV,
  DEFAULT_JSON_LINES,
  DEFAULT_PARQUET,
  DEFAULT_XLSX,
  type DataType,
  type OutputOptions,
} from '#domain';
import { datasetColumn } from '#domain/testing';
import { openMariaDb } from '../../data-sources/src/mysql/testing/open-mariadb';
import type { MySqlDataSource } from '../../data-sources/src/mysql/mysql-data-source';
import { hasMariaDb, startMariaDb, type MariaDbServer } from '../../../test/mariadb/server';
import { openExportWorld, type ExportWorld } from './testing/export-world';
import { readWithDuckDB } from './testing/read-parquet';
import { readFiles, rowsOf, type Row } from './testing/read-rows';

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB EXPORTED NOTHING: mariadbd is not in the PATH.\n');

const ROWS = 100_000;
const COLUMNS: readonly (readonly [name: string, type: DataType])[] = [
  ['id', 'integer'],
  ['name', 'string'],
  ['amount', 'decimal'],
  ['great', 'integer'],
  ['ok', 'boolean'],
  ['day', 'date'],
  ['at', 'timestamp'],
];
const TABLE = `
  CREATE DATABASE public CHARACTER SET utf8mb4; USE public;
  CREATE TABLE many (id int, name varchar(40), amount decimal(20, 4), great bigint unsigned, ok boolean, day date, at datetime(3));
  INSERT INTO many
    SELECT seq, IF(seq % 7 = 0, NULL, concat('ü 😀 "', seq, '", ; ')), seq / 8 - 5000, 18446744073709551615 - seq, seq % 2,
           date '2026-01-01' + INTERVAL seq % 365 DAY, timestamp '2026-01-01 00:00:00' + INTERVAL seq * 500000 MICROSECOND
      FROM seq_1_to_${ROWS};`;
/** What the server itself says of the rows, in the text forms of a report. */
const SAID = `
  SELECT CAST(id AS CHAR), name, CAST(amount AS CHAR), CAST(great AS CHAR), IF(ok, 'true', 'false'), CAST(day AS CHAR),
         TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(at AS CHAR)))
    FROM many ORDER BY id`;

(isInstalled ? describe : describe.skip)('an export out of MariaDB', () => {
  let server: MariaDbServer;
  let source: MySqlDataSource;
  let world: ExportWorld;
  let said: readonly Row[];

  beforeAll(async () => {
    server = await startMariaDb();
    await server.execute(TABLE);
    const client = await createConnection({ ...server.address, database: 'public', rowsAsArray: true });
    [said] = (await client.query(SAID)) as unknown as [readonly Row[]];
    await client.end();
    source = openMariaDb(server, 'public');
    world = await openExportWorld();
  });
  afterAll(async () => {
    await source.close();
    await world.close();
    await server.close();
  });

  const exported = (output: OutputOptions) =>
    world.run(
      {
        relation: 'many',
        dataset: COLUMNS.map(([name, type]) => datasetColumn(name, type)),
        output,
        more: { sort: [{ header: 'id', direction: 'ascending' }] },
      },
      { dataSources: { get: () => Promise.resolve(source) } },
    );

  it.each([
    ['CSV', { ...DEFAULT_CSV, neutraliseFormulas: false }],
    ['compressed CSV', { ...DEFAULT_CSV, neutraliseFormulas: false, compression: 'gzip' }],
  ] as const)('holds as %s what the server says', async (_format, output) => {
    const job = await exported(output);
    expect(job.rows).toBe(ROWS);
    expect(rowsOf(await readFiles(world, job))).toEqual(said);
  });

  it('holds as Parquet what the server says, its numbers in types that keep their digits', async () => {
    const job = await exported(DEFAULT_PARQUET);
    const { columns, rows } = await readWithDuckDB(world.pathOf(job));
    expect(rows).toEqual(said);
    expect(columns).toEqual([
      ['id', 'BIGINT'],
      ['name', 'VARCHAR'],
      ['amount', 'DECIMAL(20,4)'],
      ['great', 'DECIMAL(20,0)'],
      ['ok', 'BOOLEAN'],
      ['day', 'DATE'],
      ['at', 'TIMESTAMP'],
    ]);
  });

  it('holds as JSON Lines what the server says, numbers with every digit', async () => {
    const bytes = await world.fileOf(await exported(DEFAULT_JSON_LINES));
    const lines = bytes.toString().trimEnd().split('\n');
    const [id, name, amount, great, ok, day, at] = said[6] ?? [];
    expect(lines).toHaveLength(ROWS);
    expect(lines[6]).toBe(
      `{"id":${id},"name":${JSON.stringify(name)},"amount":${amount},"great":${great},"ok":${ok},"day":"${day}","at":"${at}"}`,
    );
    expect(lines.map((line) => (JSON.parse(line) as { name: string | null }).name)).toEqual(said.map((row) => row[1]));
  });

  it('holds as XLSX what the server says', async () => {
    const job = await exported(DEFAULT_XLSX);
    expect(job.rows).toBe(ROWS);
    const sheet = rowsOf(await readFiles(world, job));
    expect(sheet.map(([id, name]) => [id, name])).toEqual(said.map(([id, name]) => [id, name]));
    // Beyond 15 digits a number is a text, and keeps them.
    expect(sheet.map((row) => row[3])).toEqual(said.map((row) => row[3]));
    expect(sheet.map((row) => Number(row[2]))).toEqual(said.map((row) => Number(row[2])));
  });

  it('ends in the database as well when it is cancelled, and leaves no file', async () => {
    const controller = new AbortController();
    const before = await world.filesLeft();
    const cancelled = world.run(
      { relation: 'many', dataset: COLUMNS.map(([name, type]) => datasetColumn(name, type)), output: DEFAULT_CSV },
      {
        dataSources: { get: () => Promise.resolve(source) },
        signal: controller.signal,
        onProgress: () => controller.abort(),
      },
    );
    await expect(cancelled).rejects.toMatchObject({ code: expect.stringMatching(/cancelled/) as string });
    expect(await world.filesLeft()).toEqual(before);
    expect(
      await server.execute(
        `SELECT id FROM information_schema.PROCESSLIST WHERE info LIKE '%many%' AND id <> connection_id()`,
      ),
    ).toBe('');
  });
});
