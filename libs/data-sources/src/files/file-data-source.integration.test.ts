import { createRequire } from 'node:module';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as DuckDb from '@duckdb/node-api';
import { sql, identifier } from '../statement';
import { dataSourceConformance, measurementsCsv, MEASUREMENT_TABLE } from '../testing';
import { FileDataSource } from './file-data-source';

const { DuckDBInstance } = createRequire(__filename)('@duckdb/node-api') as typeof DuckDb;

let root: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'report-scheduler-files-'));
  mkdirSync(join(root, 'sales/2026'), { recursive: true });
  const csv = join(root, 'sales/2026/measurements.csv');
  writeFileSync(csv, measurementsCsv());
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`CREATE TABLE m (${MEASUREMENT_TABLE.replace('numeric', 'DECIMAL')})`);
  await connection.run(`COPY m FROM '${csv}' (HEADER true, NULLSTR '', ALLOW_QUOTED_NULLS false)`);
  await connection.run(`COPY m TO '${join(root, 'sales/Measurements.PARQUET')}' (FORMAT parquet)`);
  connection.closeSync();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const open = (name: string) => () =>
  Promise.resolve({
    source: new FileDataSource({ root, folder: 'sales' }, 20_000),
    measurements: { schema: 'files', name },
    missing: { schema: 'files', name: 'gone.csv' },
    close: () => Promise.resolve(),
  });

describe('a CSV file', () => dataSourceConformance(open('2026/measurements.csv')));
describe('a Parquet file', () => dataSourceConformance(open('Measurements.PARQUET')));

describe('a folder', () => {
  const files = (folder: string) => new FileDataSource({ root, folder }, 20_000);
  const names = async (folder: string) => (await files(folder).listRelations()).map(({ name }) => name);

  beforeAll(() => {
    mkdirSync(join(root, 'links/.hidden'), { recursive: true });
    writeFileSync(join(root, 'links/a.csv'), 'n\n1\n');
    writeFileSync(join(root, 'links/notes.txt'), 'n\n1\n');
    writeFileSync(join(root, 'links/.hidden/b.csv'), 'n\n1\n');
    writeFileSync(join(root, 'links/patt*rn.csv'), 'n\n1\n');
    writeFileSync(join(root, "links/it's; DROP.csv"), 'n\n7\n');
    writeFileSync(join(root, 'outside.csv'), 'secret\n1\n');
    symlinkSync(join(root, 'links/a.csv'), join(root, 'links/within.csv'));
    symlinkSync(join(root, 'outside.csv'), join(root, 'links/leading-out.csv'));
    symlinkSync('/etc', join(root, 'links/etc'));
    symlinkSync('/', join(root, 'to-the-root'));
  });

  it('shows its own CSV and Parquet files, and nothing that a link leads out to', async () => {
    expect(await names('links')).toEqual(['a.csv', "it's; DROP.csv", 'within.csv']);
    expect(await names('sales')).toEqual(['2026/measurements.csv', 'Measurements.PARQUET']);
  });

  it.each([
    'leading-out.csv',
    '../outside.csv',
    '/etc/passwd',
    'etc/passwd',
    'notes.txt',
    '.hidden/b.csv',
    'patt*rn.csv',
    '*.csv',
    '',
    'a.csv\0',
  ])('has no file %j', async (name) => {
    expect(await files('links').introspect({ schema: 'files', name })).toBeNull();
    const reads = { schema: 'files', name };
    await expect(files('links').rows(sql`SELECT 1`, { reads })).rejects.toMatchObject({
      code: 'data_source.relation_missing',
    });
  });

  it.each(['gone', '..', '../..', 'to-the-root', 'to-the-root/etc', 'outside.csv'])('cannot be %j', async (folder) => {
    await expect(files(folder).listRelations()).rejects.toMatchObject({ code: 'data_source.unreachable' });
  });

  it('takes names that mean something in SQL for names', async () => {
    const reads = { schema: 'files', name: "it's; DROP.csv" };
    expect(await files('links').rows(sql`SELECT "n" FROM ${identifier(reads.schema, reads.name)}`, { reads })).toEqual([
      ['7'],
    ]);
  });

  it.each([
    [`SELECT * FROM read_csv('/etc/passwd')`, /file system operations are disabled/],
    [`SELECT * FROM read_text('../outside.csv')`, /file system operations are disabled/],
    [`SELECT * FROM read_csv('https://127.0.0.1/x.csv')`, /file system operations are disabled/],
    [`SELECT * FROM glob('/etc/*')`, /file system operations are disabled/],
    [`SELECT 1 FROM (SELECT getenv('HOME'))`, /getenv/],
  ])('is all that a query reaches: %s', async (statement, reason) => {
    const source = files('links');
    await expect(source.rows({ text: [statement], values: [] }, {})).rejects.toMatchObject({
      code: expect.stringMatching(/^data_source\./),
      message: expect.stringMatching(reason),
    });
  });

  it('is never named in full in an error', async () => {
    writeFileSync(join(root, 'links/broken.parquet'), 'no parquet');
    const reads = { schema: 'files', name: 'broken.parquet' };
    const error: unknown = await files('links')
      .introspect(reads)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'data_source.value_invalid' });
    expect((error as Error).message).not.toContain(root);
  });

  it('leaves nothing behind in the folder for temporary files', async () => {
    await names('sales');
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith('report-scheduler-duckdb-'));
    expect(left).toEqual([]);
  });
});
