import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Workbook } from 'exceljs';
import { DataSources } from '#data-sources';
import {
  batchTypeOf,
  DEFAULT_CSV,
  DEFAULT_XLSX,
  selfServiceInput,
  type DatasetDefinition,
  type JobInput,
  type OutputOptions,
} from '#domain';
import {
  DATASET_ID,
  datasetColumn,
  JOB_ID,
  NOON,
  reportColumn,
  TEMPLATE_ID,
  templateDefinition,
} from '#domain/testing';
import { DiskFileStore } from '#file-store';
import { createLogger } from '#platform';
import { processExportRequest } from './process-export-request';

let root: string;
let dataSources: DataSources;
let store: DiskFileStore;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'file-export-'));
  store = new DiskFileStore(join(root, 'store'));
  await mkdir(join(root, 'sources'));
  const registered = {
    kind: 'file',
    postgres: null,
    mysql: null,
    file: { folder: '' },
    revision: 0,
    secretId: null,
  } as const;
  const registry = {
    find: () => Promise.resolve({ ...registered, dataSourceId: DATASET_ID }),
    readSecret: () => Promise.reject(new Error('files have none')),
  };
  const logger = createLogger({ level: 'silent', format: 'json' });
  const limits = { poolMax: 2, statementTimeoutMs: 20_000 };
  dataSources = new DataSources({}, limits, { registry, logger, filesRoot: join(root, 'sources') });
});
afterAll(async () => {
  await dataSources.close();
  await rm(root, { recursive: true, force: true });
});

async function exported(csv: string, output: OutputOptions) {
  await writeFile(join(root, 'sources/numbers.csv'), csv);
  const columns = [datasetColumn('n', 'integer'), datasetColumn('name', 'string'), datasetColumn('ok', 'boolean')];
  const relation = { schema: 'files', name: 'numbers.csv' };
  const definition = {
    name: 'Numbers',
    description: null,
    dataSource: 'files',
    relation,
    query: null,
    columns,
    rowLimit: null,
  };
  const nominalTime = '2026-11-23T12:00:00.000Z';
  const input: JobInput = {
    dynamicMapping: false,
    additionalConfig: { datasetId: DATASET_ID, output, nominalTime, timeZone: 'UTC' },
  };
  return process(input, definition);
}

async function process(input: JobInput, definition: DatasetDefinition) {
  const parts = {
    dataset: { status: 'active', datasetId: DATASET_ID, definition } as const,
    dataSources,
    fileStore: store,
    signal: new AbortController().signal,
    limits: { maxRows: 1_000_000, timeoutMs: 20_000 },
    onProgress: () => undefined,
  };
  const done = await processExportRequest({ jobId: JOB_ID, attempt: 1, batchTypeId: batchTypeOf(input), input }, parts);
  const texts = await Promise.all(done.files.map(async ({ key }) => (await buffer(await store.read(key))).toString()));
  return { rows: done.rows, bytes: await buffer(await store.read(done.files[0]?.key ?? '')), texts };
}

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index},"=n""${index}",${index % 2 === 0}`);

it('makes a CSV file of one, neutralised as always', async () => {
  const csv = `n,name,ok\n${lines(3000).join('\n')}\n`;
  const { rows, bytes } = await exported(csv, { ...DEFAULT_CSV, byteOrderMark: false, lineEnding: 'lf' });
  expect(rows).toBe(3000);
  const neutralised = lines(3000).map((line) => line.replace('"=', `"'=`));
  expect(bytes.toString()).toBe(`n,name,ok\n${neutralised.join('\n')}\n`);
});

it('makes a spreadsheet of one', async () => {
  const { rows, bytes } = await exported(`n,name,ok\n${lines(3).join('\n')}\n`, DEFAULT_XLSX);
  expect(rows).toBe(3);
  const workbook = new Workbook();
  await workbook.xlsx.load(bytes as unknown as Parameters<typeof workbook.xlsx.load>[0]);
  expect((workbook.worksheets[0]?.getRow(3).values as unknown[]).slice(1)).toEqual([1, '=n"1', false]);
});

it('makes no file of one that breaks half way, and says where', async () => {
  const stored = () => readdir(join(root, 'store'), { recursive: true });
  const before = await stored();
  const broken = [...lines(300_000), 'no number,x,true', ...lines(10)];
  await expect(exported(`n,name,ok\n${broken.join('\n')}\n`, DEFAULT_CSV)).rejects.toMatchObject({
    code: 'data_source.value_invalid',
    message: expect.stringMatching(/300002|numbers\.csv/),
    transient: false,
  });
  expect(await stored()).toEqual(before);
});

it('calculates over one as over a database, numbers its rows and sums them up', async () => {
  await writeFile(
    join(root, 'sources/numbers.csv'),
    'n,name,ok,day,at\n2," b",false,2024-02-29,2024-03-01 23:59:00\n0,,true,2026-06-01,2026-06-01 00:00:00\n',
  );
  const columns = [
    datasetColumn('n', 'integer'),
    datasetColumn('name', 'string'),
    datasetColumn('ok', 'boolean'),
    datasetColumn('day', 'date'),
    datasetColumn('at', 'timestamp'),
  ];
  const relation = { schema: 'files', name: 'numbers.csv' };
  const dataset = {
    name: 'Numbers',
    description: null,
    dataSource: 'files',
    relation,
    query: null,
    columns,
    rowLimit: null,
  };
  const calculations = [
    ['n', 'integer'],
    ['7 / n', 'decimal'],
    ["trim(name) || '-' || n || ok", 'string'],
    ["if(contains(name, 'b') and ends_with(name, 'b'), 'b', null)", 'string'],
    ['n is null or name is not null', 'boolean'],
    ['year(day) * 100 + weekday(at)', 'integer'],
    ['date_diff(day, at)', 'integer'],
    ['date_add(at, n)', 'timestamp'],
  ] as const;
  const definition = templateDefinition({
    columns: calculations.map(([expression, dataType], index) =>
      reportColumn(null, dataType, { expression, header: `c${index}` }),
    ),
    sort: [{ header: 'c0', direction: 'descending' }],
    layout: { rowNumbers: true, totals: true, coverSheet: false },
    output: { ...DEFAULT_CSV, lineEnding: 'lf' },
  });
  const { bytes } = await process(
    selfServiceInput({ templateId: JOB_ID, templateName: 'Numbers', definition }, NOON, 'UTC'),
    dataset,
  );
  expect(bytes.toString().split('\n').slice(1, -1)).toEqual([
    '1,2,3.5,b-2false,b,true,202405,1,2024-03-03 23:59:00',
    '2,0,,,,false,202601,0,2026-06-01 00:00:00',
    ',2,3.5,Total,,,405006,1,',
  ]);
});

it('is split by its values as a database is, NULL last', async () => {
  await writeFile(join(root, 'sources/numbers.csv'), 'n,name,ok\n10,a,true\n2,b,true\n,c,true\n2,d,true\n10,e,true\n');
  const columns = [datasetColumn('n', 'integer'), datasetColumn('name', 'string')];
  const relation = { schema: 'files', name: 'numbers.csv' };
  const dataset = {
    name: 'Numbers',
    description: null,
    dataSource: 'files',
    relation,
    query: null,
    columns,
    rowLimit: null,
  };
  const definition = templateDefinition({
    columns: columns.map(({ name, type }) => reportColumn(name, type)),
    sort: [{ header: 'name', direction: 'ascending' }],
    output: { ...DEFAULT_CSV, header: false, lineEnding: 'lf' },
    splitBy: { header: 'n', into: 'files' },
    layout: { rowNumbers: true, totals: false, coverSheet: false },
  });
  const template = { templateId: TEMPLATE_ID, templateName: 'Numbers', definition };
  const { texts } = await process(selfServiceInput(template, NOON, 'UTC'), dataset);
  expect(texts).toEqual(['1,2,b\n2,2,d\n', '3,10,a\n4,10,e\n', '5,,c\n']);
});
