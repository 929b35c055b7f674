import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Workbook, type CellValue } from 'exceljs';
import { Client } from 'pg';
import { DataSources } from '#data-sources';
import {
  BATCH_TYPE_SELF_SERVICE,
  canConvert,
  conversionsOf,
  DATA_TYPES,
  DEFAULT_CSV,
  DEFAULT_XLSX,
  selfServiceInput,
} from '#domain';
import type { DatasetDefinition, DataType, OutputOptions } from '#domain';
import {
  DATASET_ID,
  JOB_ID,
  NOON,
  TEMPLATE_ID,
  datasetColumn,
  reportColumn,
  templateDefinition,
} from '#domain/testing';
import { DiskFileStore } from '#file-store';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { processExportRequest } from '../process-export-request';

/** A column of a database type with two values, and what becomes of them as each report type. A third row is NULL everywhere. */
interface Source {
  readonly databaseType: string;
  readonly from: DataType;
  /** SQL literals. */
  readonly values: readonly [string, string];
  readonly becomes: Partial<Record<DataType, Written>>;
}

/** Both values as CSV has them, and as cells hold them; and the number format of the cells. */
interface Written {
  readonly csv: readonly [string, string];
  readonly cells: readonly [CellValue, CellValue];
  readonly numberFormat?: string;
}

const utc = (iso: string): Date => new Date(iso);
const asText = (...texts: [string, string]): Written => ({ csv: texts, cells: texts });
const asNumber = (csv: [string, string], cells: [CellValue, CellValue], numberFormat?: string): Written => ({
  csv,
  cells,
  ...(numberFormat === undefined ? {} : { numberFormat }),
});

/** Numbers keep their digits as all numeric types but a percent, and what a double cannot hold stays text. */
function number(texts: [string, string], cells: [CellValue, CellValue], percents: [string, string]) {
  return {
    decimal: asNumber(texts, cells),
    currency: asNumber(texts, cells, '#,##0.00'),
    percent: asNumber(percents, cells, '0.00%'),
    string: asText(...texts),
  };
}

const DAY = 'yyyy-mm-dd';
const MOMENT = 'yyyy-mm-dd hh:mm:ss';
const CLOCK = 'hh:mm:ss';
const ELAPSED = '[h]:mm:ss';
const ID = '5f0c1a9e-0000-4000-8000-000000000001';

const SOURCES: readonly Source[] = [
  {
    databaseType: 'text',
    from: 'string',
    values: [`'ü "x"'`, `''`],
    becomes: { string: { csv: ['ü "x"', ''], cells: ['ü "x"', null] } },
  },
  { databaseType: 'mood', from: 'string', values: [`'ok'`, `'bad'`], becomes: { string: asText('ok', 'bad') } },
  {
    databaseType: 'smallint',
    from: 'integer',
    values: ['7', '-32768'],
    becomes: {
      integer: asNumber(['7', '-32768'], [7, -32768]),
      ...number(['7', '-32768'], [7, -32768], ['700%', '-3276800%']),
    },
  },
  {
    databaseType: 'bigint',
    from: 'integer',
    values: ['0', '9223372036854775807'],
    becomes: {
      integer: asNumber(['0', '9223372036854775807'], [0, '9223372036854775807']),
      ...number(['0', '9223372036854775807'], [0, '9223372036854775807'], ['0%', '922337203685477580700%']),
    },
  },
  {
    databaseType: 'numeric(40,4)',
    from: 'decimal',
    values: ['0.125', '-123456789012345678901234567890.0001'],
    becomes: number(
      ['0.1250', '-123456789012345678901234567890.0001'],
      [0.125, '-123456789012345678901234567890.0001'],
      ['12.5000%', '-12345678901234567890123456789000.0100%'],
    ),
  },
  {
    databaseType: 'double precision',
    from: 'decimal',
    values: ['0.1', `'NaN'`],
    becomes: number(['0.1', 'NaN'], [0.1, 'NaN'], ['10.0%', 'NaN%']),
  },
  {
    databaseType: 'real',
    from: 'decimal',
    values: ['-1.5', `'Infinity'`],
    becomes: number(['-1.5', 'Infinity'], [-1.5, 'Infinity'], ['-150.0%', 'Infinity%']),
  },
  {
    databaseType: 'money',
    from: 'currency',
    values: ['1234.5', '-0.01'],
    becomes: {
      currency: asNumber(['1234.50', '-0.01'], [1234.5, -0.01], '#,##0.00'),
      decimal: asNumber(['1234.50', '-0.01'], [1234.5, -0.01]),
      string: asText('1234.50', '-0.01'),
    },
  },
  {
    databaseType: 'numeric',
    from: 'currency',
    values: ['9.990', '92233720368547758.07'],
    becomes: {
      currency: asNumber(['9.990', '92233720368547758.07'], [9.99, '92233720368547758.07'], '#,##0.00'),
      decimal: asNumber(['9.990', '92233720368547758.07'], [9.99, '92233720368547758.07']),
      string: asText('9.990', '92233720368547758.07'),
    },
  },
  {
    databaseType: 'numeric',
    from: 'percent',
    values: ['0.07', '-1.00001'],
    becomes: {
      percent: asNumber(['7.00%', '-100.00100%'], [0.07, -1.00001], '0.00%'),
      decimal: asNumber(['0.07', '-1.00001'], [0.07, -1.00001]),
      string: asText('7.00%', '-100.00100%'),
    },
  },
  {
    databaseType: 'boolean',
    from: 'boolean',
    values: ['true', 'false'],
    becomes: { boolean: { csv: ['true', 'false'], cells: [true, false] }, string: asText('true', 'false') },
  },
  {
    databaseType: 'date',
    from: 'date',
    values: [`'2026-03-29'`, `'0044-03-15 BC'`],
    becomes: {
      date: asNumber(['2026-03-29', '0044-03-15 BC'], [utc('2026-03-29'), '0044-03-15 BC'], DAY),
      timestamp: asNumber(
        ['2026-03-29 00:00:00', '0044-03-15 00:00:00 BC'],
        [utc('2026-03-29'), '0044-03-15 00:00:00 BC'],
        MOMENT,
      ),
      string: asText('2026-03-29', '0044-03-15 BC'),
    },
  },
  {
    databaseType: 'time',
    from: 'time',
    values: [`'07:30'`, `'23:59:59.5'`],
    becomes: {
      time: asNumber(['07:30:00', '23:59:59.5'], [utc('1899-12-30T07:30:00Z'), utc('1899-12-30T23:59:59.500Z')], CLOCK),
      string: asText('07:30:00', '23:59:59.5'),
    },
  },
  {
    databaseType: 'timestamp',
    from: 'timestamp',
    values: [`'2026-03-29 02:30'`, `'-infinity'`],
    becomes: {
      timestamp: asNumber(['2026-03-29 02:30:00', '-infinity'], [utc('2026-03-29T02:30Z'), '-infinity'], MOMENT),
      date: asNumber(['2026-03-29', '-infinity'], [utc('2026-03-29'), '-infinity'], DAY),
      time: { csv: ['02:30:00', ''], cells: [utc('1899-12-30T02:30Z'), null], numberFormat: CLOCK },
      string: asText('2026-03-29 02:30:00', '-infinity'),
    },
  },
  {
    databaseType: 'timestamptz',
    from: 'timestamp',
    values: [`'2026-03-29T01:30Z'`, `'2026-12-31T23:30:00.25Z'`],
    becomes: {
      timestamp: asNumber(
        ['2026-03-29 03:30:00', '2027-01-01 00:30:00.25'],
        [utc('2026-03-29T03:30Z'), utc('2027-01-01T00:30:00.250Z')],
        MOMENT,
      ),
      date: asNumber(['2026-03-29', '2027-01-01'], [utc('2026-03-29'), utc('2027-01-01')], DAY),
      time: asNumber(['03:30:00', '00:30:00.25'], [utc('1899-12-30T03:30Z'), utc('1899-12-30T00:30:00.250Z')], CLOCK),
      string: asText('2026-03-29 03:30:00', '2027-01-01 00:30:00.25'),
    },
  },
  {
    databaseType: 'interval',
    from: 'duration',
    values: [`'1 day 2:00'`, `'1 year 2 mons -1 days'`],
    becomes: {
      duration: asNumber(['P1DT2H', 'P1Y2M-1D'], [utc('1899-12-31T02:00Z'), 'P1Y2M-1D'], ELAPSED),
      string: asText('P1DT2H', 'P1Y2M-1D'),
    },
  },
  {
    databaseType: 'interval',
    from: 'duration',
    values: [`'36:00:00.5'`, `'-00:30'`],
    becomes: {
      duration: asNumber(['PT36H0.5S', 'PT-30M'], [utc('1899-12-31T12:00:00.500Z'), 'PT-30M'], ELAPSED),
      string: asText('PT36H0.5S', 'PT-30M'),
    },
  },
  {
    databaseType: 'uuid',
    from: 'uuid',
    values: [`'${ID}'`, `'${ID.toUpperCase()}'`],
    becomes: { uuid: asText(ID, ID), string: asText(ID, ID) },
  },
  {
    databaseType: 'jsonb',
    from: 'json',
    values: [`'{"a":[1,null]}'`, `'null'`],
    becomes: { json: asText('{"a": [1, null]}', 'null'), string: asText('{"a": [1, null]}', 'null') },
  },
  {
    databaseType: 'json',
    from: 'json',
    values: [`'{"a":1}'`, `'"=1"'`],
    becomes: { json: asText('{"a":1}', '"=1"'), string: asText('{"a":1}', '"=1"') },
  },
  {
    databaseType: 'text[]',
    from: 'array',
    values: [`ARRAY['a', 'b "c"', NULL]`, `'{}'`],
    becomes: {
      array: asText('["a","b \\"c\\"",null]', '[]'),
      json: asText('["a","b \\"c\\"",null]', '[]'),
      string: asText('["a","b \\"c\\"",null]', '[]'),
    },
  },
  {
    databaseType: 'timestamptz[]',
    from: 'array',
    values: [`ARRAY['2026-03-29T01:30Z'::timestamptz]`, `ARRAY[ARRAY['infinity'::timestamptz]]`],
    becomes: {
      array: asText('["2026-03-29T03:30:00+02:00"]', '[["infinity"]]'),
      json: asText('["2026-03-29T03:30:00+02:00"]', '[["infinity"]]'),
      string: asText('["2026-03-29T03:30:00+02:00"]', '[["infinity"]]'),
    },
  },
];

let database: TestDatabase;
let admin: Client;
let dataSources: DataSources;
let root: string;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  await admin.query("CREATE TYPE mood AS ENUM ('ok', 'bad')");
  dataSources = new DataSources({ here: database.url }, { poolMax: 2, statementTimeoutMs: 30_000 });
  root = await mkdtemp(join(tmpdir(), 'conversions-'));
});
afterAll(async () => {
  await dataSources.close();
  await admin.end();
  await database.drop();
  await rm(root, { recursive: true, force: true });
});

function datasetOf(from: DataType): DatasetDefinition {
  return {
    name: 'Values',
    description: null,
    dataSource: 'here',
    relation: { schema: 'public', name: 'conversion' },
    query: null,
    rowLimit: null,
    columns: [datasetColumn('row', 'integer', { nullable: false }), datasetColumn('value', from)],
  };
}

/** The column once for each report type, under its name, between the row numbers that put the rows in order. */
async function exported(from: DataType, to: readonly DataType[], output: OutputOptions): Promise<Buffer> {
  const columns = [
    reportColumn('row', 'integer'),
    ...to.map((dataType) => reportColumn('value', dataType, { header: dataType })),
  ];
  const definition = templateDefinition({ columns, sort: [{ header: 'row', direction: 'ascending' }], output });
  const input = selfServiceInput(
    { templateId: TEMPLATE_ID, templateName: 'Values', definition },
    NOON,
    'Europe/Berlin',
  );
  const fileStore = new DiskFileStore(root);
  const result = await processExportRequest(
    { jobId: JOB_ID, attempt: 1, batchTypeId: BATCH_TYPE_SELF_SERVICE, input },
    {
      dataset: { status: 'active', datasetId: DATASET_ID, definition: datasetOf(from) },
      dataSources,
      fileStore,
      signal: new AbortController().signal,
      limits: { maxRows: 100, timeoutMs: 20_000 },
      onProgress: () => undefined,
    },
  );
  return buffer(await fileStore.read(result.files[0]!.key));
}

async function csvLines(from: DataType, to: readonly DataType[]): Promise<string[]> {
  const output = { ...DEFAULT_CSV, delimiter: '|', lineEnding: 'lf', header: false, nullText: 'NULL' } as const;
  return (await exported(from, to, { ...output, neutraliseFormulas: false })).toString().split('\n').slice(0, -1);
}

async function sheetOf(from: DataType, to: readonly DataType[]) {
  const workbook = new Workbook();
  const bytes = await exported(from, to, DEFAULT_XLSX);
  await workbook.xlsx.load(bytes as unknown as Parameters<typeof workbook.xlsx.load>[0]);
  return workbook.worksheets[0]!;
}

async function createTable({ databaseType, values }: Source): Promise<void> {
  await admin.query('DROP TABLE IF EXISTS conversion');
  await admin.query(`CREATE TABLE conversion ("row" int, value ${databaseType})`);
  await admin.query(`INSERT INTO conversion VALUES (1, ${values[0]}), (2, ${values[1]}), (3, NULL)`);
}

it('covers every conversion that there is', () => {
  for (const type of DATA_TYPES) {
    const covered = SOURCES.filter(({ from }) => from === type).flatMap(({ becomes }) => Object.keys(becomes));
    expect([type, new Set(covered)]).toEqual([type, new Set(conversionsOf(type))]);
  }
});

describe.each(SOURCES)('$databaseType as $from', (source) => {
  const to = conversionsOf(source.from);
  const written = to.map((type) => source.becomes[type]!);

  beforeAll(() => createTable(source));

  it('is in CSV what the table says', async () => {
    const quoted = (text: string): string =>
      text === 'NULL' || /["\n|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    // An infinite timestamp has no time of day.
    const cell = (text: string, type: DataType): string => (text === '' && type === 'time' ? 'NULL' : quoted(text));
    const lines = [0, 1].map((row) =>
      [row + 1, ...to.map((type) => cell(source.becomes[type]!.csv[row]!, type))].join('|'),
    );
    expect(await csvLines(source.from, to)).toEqual([...lines, ['3', ...to.map(() => 'NULL')].join('|')]);
  });

  it('is in XLSX what the table says', async () => {
    const sheet = await sheetOf(source.from, to);
    const row = (index: number): CellValue[] => to.map((_, column) => sheet.getCell(index + 2, column + 2).value);
    expect([row(0), row(1), row(2)]).toEqual([
      written.map(({ cells }) => cells[0]),
      written.map(({ cells }) => cells[1]),
      to.map(() => null),
    ]);
    expect(to.map((_, column) => sheet.getCell(2, column + 2).numFmt)).toEqual(
      written.map(({ numberFormat }) => numberFormat),
    );
  });
});

it.each(DATA_TYPES)('refuses whatever else %s could become', async (from) => {
  await createTable(SOURCES.find((source) => source.from === from)!);
  const others = DATA_TYPES.filter((to) => !canConvert(from, to));
  const failure = await exported(from, others, DEFAULT_CSV).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'template.invalid' });
  expect(
    (failure as { problems: { code: string; pointer: string }[] }).problems.map(({ code, pointer }) => [code, pointer]),
  ).toEqual(others.map((_, index) => ['column.inconvertible', `/columns/${index + 1}/dataType`]));
});
