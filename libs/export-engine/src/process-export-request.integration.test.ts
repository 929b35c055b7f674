import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { Workbook } from 'exceljs';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { DataSources } from '#data-sources';
import {
  batchTypeOf,
  DEFAULT_CSV,
  DEFAULT_XLSX,
  selfServiceInput,
  type DatasetDefinition,
  type DatasetState,
  type JobInput,
  type JobOutput,
  type LiteralOperand,
  type SelfServiceInput,
  type TemplateDefinition,
} from '#domain';
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
import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import type { ExportParts } from './export-request';
import { previewRows } from './preview-rows';
import { processExportRequest } from './process-export-request';

const TABLE = `
  CREATE TABLE public.everything (
    id int PRIMARY KEY, name text, amount numeric(30,4), ratio float8, big bigint, yes boolean, day date, clock time,
    at timestamp, at_zone timestamptz, key uuid, doc jsonb);
  INSERT INTO public.everything VALUES
    (1, 'plain', 12.5000, 0.1, 9223372036854775807, true, '2026-03-29', '07:30', '2026-03-29 02:30', '2026-03-29T01:30Z',
       '5f0c1a9e-0000-4000-8000-000000000001', '{"a": [1, "x"]}'),
    (2, E'two\\nlines, "quoted"\\r\\nü 東京 😀', -1234567.8901, 'NaN', -1, false, '0001-01-01', '23:59:59.5',
       '2026-12-31 23:59:59.123456', '2026-12-31T23:59:59.5Z', NULL, '[]'),
    (3, '', 0, 'Infinity', 0, NULL, 'infinity', NULL, '-infinity', 'infinity', NULL, 'null'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, '=HYPERLINK("http://x")', 12345678901234567890123456.0001, 1e300, 999999999999999, true, '1899-12-31', '00:00',
       '1900-01-01', '1969-12-31T23:00Z', NULL, '"=1"'),
    (6, '-1', 0.1, -0.1, 1000000000000000, false, '2024-02-29', '12:00', '2024-02-29 12:00', '2024-02-29T12:00+05', NULL, '-5')`;

const EVERYTHING: DatasetDefinition = {
  name: 'Everything',
  description: null,
  dataSource: 'here',
  relation: { schema: 'public', name: 'everything' },
  query: null,
  rowLimit: null,
  columns: [
    datasetColumn('id', 'integer', { nullable: false }),
    datasetColumn('name', 'string'),
    datasetColumn('amount', 'decimal'),
    datasetColumn('ratio', 'decimal'),
    datasetColumn('big', 'integer'),
    datasetColumn('yes', 'boolean'),
    datasetColumn('day', 'date'),
    datasetColumn('clock', 'time'),
    datasetColumn('at', 'timestamp'),
    datasetColumn('at_zone', 'timestamp'),
    datasetColumn('key', 'uuid'),
    datasetColumn('doc', 'json'),
  ],
};
const PLAIN_CSV = { ...DEFAULT_CSV, neutraliseFormulas: false, lineEnding: 'lf' } as const;
const BY_ID = [{ header: 'id', direction: 'ascending' }] as const;
const ALL_COLUMNS = EVERYTHING.columns.map(({ name, type }) => reportColumn(name, type));

let database: TestDatabase;
let admin: Client;
let dataSources: DataSources;
let root: string;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(TABLE);
  dataSources = new DataSources({ here: database.url }, { poolMax: 3, statementTimeoutMs: 30_000 });
});
afterAll(async () => {
  await dataSources.close();
  await admin.end();
  await database.drop();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'export-engine-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function stateOf(definition: DatasetDefinition): DatasetState {
  return { status: 'active', datasetId: DATASET_ID, definition };
}

function inputOf(more: Partial<TemplateDefinition>, timeZone = 'UTC'): SelfServiceInput {
  const definition = templateDefinition({ columns: ALL_COLUMNS, sort: BY_ID, output: PLAIN_CSV, ...more });
  return selfServiceInput({ templateId: TEMPLATE_ID, templateName: 'All', definition }, NOON, timeZone);
}

function partsOf(more: Partial<ExportParts> = {}): ExportParts {
  return {
    dataset: stateOf(EVERYTHING),
    dataSources,
    fileStore: new DiskFileStore(root),
    signal: new AbortController().signal,
    limits: { maxRows: 1_000_000, timeoutMs: 20_000 },
    onProgress: () => undefined,
    ...more,
  };
}

const run = (input: JobInput, more?: Partial<ExportParts>): Promise<JobOutput> =>
  processExportRequest({ jobId: JOB_ID, attempt: 1, batchTypeId: batchTypeOf(input), input }, partsOf(more));

async function fileOf(output: JobOutput): Promise<Buffer> {
  return buffer(await new DiskFileStore(root).read(output.files[0]!.key));
}

async function csvOf(more: Partial<TemplateDefinition>, timeZone?: string): Promise<string> {
  return (await fileOf(await run(inputOf(more, timeZone)))).toString();
}

/** What psql's \copy writes for a query. */
async function copied(query: string, timeZone = 'UTC'): Promise<string> {
  await admin.query(`SET TimeZone = '${timeZone}'`);
  return text(admin.query(copyTo(`COPY (${query}) TO STDOUT WITH (FORMAT csv, HEADER)`)));
}

async function runningQueries(): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
  );
  return rows[0]!.n;
}

/** Every file below the store's folder, drafts included. */
async function filesLeft(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('CSV', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/St_Johns'])(
    'holds what COPY of the same query writes, in %s',
    async (zone) => {
      const expected = await copied(
        `SELECT id, name, amount, ratio, big, yes::text AS yes, day, clock, at, at_zone::timestamp AS at_zone, key, doc
         FROM public.everything ORDER BY id`,
        zone,
      );
      expect(await csvOf({}, zone)).toBe(expected);
    },
  );

  it('tells of each step, and how long a query may be quiet', async () => {
    const steps: number[] = [];
    await run(inputOf({}), { onStep: (quietMs) => steps.push(quietMs), limits: { maxRows: 100, timeoutMs: 60_000 } });
    // Planned, query sent, rows read, file stored.
    expect(steps).toEqual([0, 65_000, 0, 0]);
  });

  it('describes the file', async () => {
    const progress: [number, number][] = [];
    const output = await run(inputOf({}), { onProgress: (rows, bytes) => progress.push([rows, bytes]) });
    const bytes = await fileOf(output);
    expect(output).toEqual({
      files: [
        {
          name: 'All_2026-11-23T1200.csv',
          key: `jobs/${JOB_ID}/1/All_2026-11-23T1200.csv`,
          format: 'csv',
          mediaType: 'text/csv; charset=utf-8',
          rows: 6,
          bytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
          sheets: [],
        },
      ],
      rows: 6,
      truncated: false,
      withheld: null,
      contentSha256: null,
      warnings: [],
      timings: { planMs: expect.any(Number), exportMs: expect.any(Number), storeMs: expect.any(Number) },
    });
    expect(progress.at(-1)).toEqual([6, bytes.length]);
  });

  it('takes the options at their word', async () => {
    const csv = await csvOf({
      columns: [reportColumn('id', 'integer', { header: 'i;d' }), reportColumn('name', 'string', { header: '=name' })],
      sort: [{ header: 'i;d', direction: 'descending' }],
      output: { ...DEFAULT_CSV, delimiter: ';', byteOrderMark: true, nullText: 'NULL' },
    });
    expect(csv).toBe(
      `\ufeff"i;d";'=name\r\n6;'-1\r\n5;"'=HYPERLINK(""http://x"")"\r\n4;NULL\r\n3;\r\n2;"two\nlines, ""quoted""\r\nü 東京 😀"\r\n1;plain\r\n`,
    );
  });

  it('writes formats', async () => {
    const format = (column: string, type: Parameters<typeof reportColumn>[1], pattern: string) =>
      reportColumn(column, type, { header: pattern, format: pattern });
    const csv = await csvOf({
      columns: [
        format('amount', 'decimal', '#,##0.00'),
        format('amount', 'decimal', '0.0'),
        format('amount', 'decimal', '0.##'),
        format('ratio', 'decimal', '000.0'),
        format('day', 'date', 'dd.MM.yyyy'),
        format('clock', 'time', 'HH:mm'),
        format('at_zone', 'timestamp', 'yyyy-MM-ddTHH:mm:ss'),
        format('yes', 'boolean', 'Ja/Nein'),
        reportColumn('id', 'integer'),
      ],
    });
    expect(csv.split('\n')).toEqual([
      '"#,##0.00",0.0,0.##,000.0,dd.MM.yyyy,HH:mm,yyyy-MM-ddTHH:mm:ss,Ja/Nein,id',
      '12.50,12.5,12.5,000.1,29.03.2026,07:30,2026-03-29T01:30:00,Ja,1',
      '"-1,234,567.89",-1234567.9,-1234567.89,NaN,01.01.0001,23:59,2026-12-31T23:59:59,Nein,2',
      '0.00,0.0,0,Infinity,,,,,3',
      ',,,,,,,,4',
      expect.stringMatching(
        /^"12,345,678,901,234,567,890,123,456\.00",12345678901234567890123456\.0,12345678901234567890123456,1(e\+300|0{300}),31\.12\.1899,00:00,1969-12-31T23:00:00,Ja,5$/,
      ),
      '0.10,0.1,0.1,-000.1,29.02.2024,12:00,2024-02-29T07:00:00,Nein,6',
      '',
    ]);
  });

  it('writes formats in the language of the report', async () => {
    const columns = [
      reportColumn('amount', 'currency', { header: 'Betrag', format: '#,##0.00 ¤EUR' }),
      reportColumn('ratio', 'percent', { header: 'Anteil', format: '0.0 %' }),
      reportColumn('at_zone', 'timestamp', { header: 'Zeit', format: "EEE, d. MMMM yyyy, H 'Uhr'" }),
      reportColumn('amount', 'decimal', { header: 'ohne Format' }),
      reportColumn('id', 'integer'),
    ];
    const filter = { type: 'condition', column: 'id', operator: 'eq', operands: [literal('1')] } as const;
    const output = { ...PLAIN_CSV, delimiter: ';', header: false } as const;
    const line = (locale: string) => csvOf({ columns, filter, output, locale });
    expect(await line('de')).toBe('12,50 €;10,0 %;So, 29. März 2026, 1 Uhr;12.5000;1\n');
    expect(await line('en')).toBe('12.50 €;10.0 %;Sun, 29. March 2026, 1 Uhr;12.5000;1\n');
  });

  it('groups and aggregates', async () => {
    const csv = await csvOf({
      columns: [
        reportColumn('yes', 'boolean'),
        reportColumn(null, 'integer', { header: 'rows', aggregate: 'count' }),
        reportColumn('amount', 'decimal', { header: 'sum', aggregate: 'sum' }),
        reportColumn('name', 'string', { header: 'first', aggregate: 'min' }),
        reportColumn('at_zone', 'date', { header: 'last', aggregate: 'max' }),
      ],
      groupBy: ['yes'],
      sort: [{ header: 'yes', direction: 'descending' }],
      filter: { type: 'condition', column: 'id', operator: 'in', operands: ['1', '2', '4', '6'].map(literal) },
    });
    expect(csv).toBe(
      await copied(
        `SELECT yes::text, count(*) AS rows, sum(amount), min(name) AS first, max(at_zone)::date AS last FROM public.everything
          WHERE id IN (1, 2, 4, 6) GROUP BY everything.yes ORDER BY everything.yes DESC NULLS LAST`,
      ),
    );
  });

  it.each([
    [{ type: 'condition', column: 'name', operator: 'contains', operands: [literal('"quoted"')] }, [2]],
    [
      {
        type: 'condition',
        column: 'name',
        operator: 'starts_with',
        operands: [literal("'; DROP TABLE everything; --")],
      },
      [],
    ],
    [{ type: 'condition', column: 'name', operator: 'eq', operands: [literal('')] }, [3]],
    [{ type: 'condition', column: 'name', operator: 'is_null', operands: [] }, [4]],
    [{ type: 'condition', column: 'at_zone', operator: 'lt', operands: [literal('1970-01-01T00:00:00Z')] }, [5]],
    [{ type: 'condition', column: 'big', operator: 'gte', operands: [literal('9223372036854775807')] }, [1]],
    [
      { type: 'condition', column: 'clock', operator: 'between', operands: [literal('00:00'), literal('08:00')] },
      [1, 5],
    ],
    [
      { type: 'condition', column: 'key', operator: 'eq', operands: [literal('5F0C1A9E-0000-4000-8000-000000000001')] },
      [1],
    ],
    [
      {
        type: 'condition',
        column: 'day',
        operator: 'during',
        operands: [{ type: 'period', period: 'current', unit: 'year', count: 1 }],
      },
      [1],
    ],
    [{ type: 'not', node: { type: 'condition', column: 'yes', operator: 'eq', operands: [literal('true')] } }, [2, 6]],
  ] as const)('filters %j', async (filter, ids) => {
    const csv = await csvOf({
      columns: [reportColumn('id', 'integer')],
      filter,
      output: { ...PLAIN_CSV, header: false },
    });
    expect(csv).toBe(ids.map((id) => `${id}\n`).join(''));
  });

  it('takes SQL in any string for what it is, a string', async () => {
    const names = [`a"; DROP TABLE public.everything; --`, `100% %L %s %1$I $1 \\`, `'ü' || (SELECT 1)`];
    const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
    await admin.query(`CREATE TABLE public.${quoted[0]} (${quoted.map((name) => `${name} text`).join(', ')})`);
    await admin.query(`INSERT INTO public.${quoted[0]} VALUES ($1, $2, $3), ('other', NULL, NULL)`, names);
    const [first, second, third] = names.map((value) => literal(value));
    const dataset = stateOf({
      ...EVERYTHING,
      relation: { schema: 'public', name: names[0]! },
      columns: names.map((name) => datasetColumn(name, 'string')),
    });
    const input = inputOf({
      columns: names.map((name) => reportColumn(name, 'string')),
      filter: {
        type: 'and',
        nodes: [
          { type: 'condition', column: names[0]!, operator: 'eq', operands: [first!] },
          { type: 'condition', column: names[1]!, operator: 'contains', operands: [second!] },
          { type: 'condition', column: names[2]!, operator: 'in', operands: [third!, first!] },
        ],
      },
      sort: [{ header: names[1]!, direction: 'descending' }],
      output: { ...PLAIN_CSV, nullText: `'); DROP TABLE everything; --` },
    });
    const output = await run(
      { ...input, additionalConfig: { ...input.additionalConfig, templateName: `../';DROP TABLE x\0` } },
      { dataset },
    );
    const line = names.map((name) => (name.includes('"') ? `"${name.replaceAll('"', '""')}"` : name)).join(',');
    expect((await fileOf(output)).toString()).toBe(`${line}\n${line}\n`);
    expect(output.files[0]!.name).toBe("_';DROP TABLE x_2026-11-23T1200.csv");
  });

  it('cuts at the limit and says so', async () => {
    const output = await run(inputOf({ rowLimit: 2 }));
    expect(output).toMatchObject({ rows: 2, truncated: true, warnings: [{ code: 'row_limit.template' }] });
    expect((await fileOf(output)).toString()).toBe((await csvOf({})).split('\n').slice(0, 5).join('\n') + '\n');
    const system = await run(inputOf({}), { limits: { maxRows: 5, timeoutMs: 20_000 } });
    expect(system).toMatchObject({ rows: 5, truncated: true, warnings: [{ code: 'row_limit.system' }] });
    expect(await run(inputOf({ rowLimit: 6 }))).toMatchObject({ rows: 6, truncated: false, warnings: [] });
  });

  it('writes a whole dataset for a standard export', async () => {
    const output = await run({
      dynamicMapping: false,
      additionalConfig: {
        datasetId: DATASET_ID,
        output: PLAIN_CSV,
        nominalTime: '2026-11-23T12:00:00.000Z',
        timeZone: 'UTC',
      },
    });
    expect(output.files[0]!.name).toBe('Everything_2026-11-23T1200.csv');
    expect((await fileOf(output)).toString().split('\n').sort()).toEqual((await csvOf({})).split('\n').sort());
  });
});

describe('XLSX', () => {
  it('holds typed cells', async () => {
    const output = await run(
      inputOf({
        columns: [
          ...ALL_COLUMNS,
          reportColumn('amount', 'decimal', { header: 'formatted', format: '#,##0.00' }),
          reportColumn('yes', 'boolean', { header: 'words', format: 'Ja/Nein' }),
        ],
        output: { ...DEFAULT_XLSX, sheetName: 'Überblick' },
      }),
    );
    expect(output).toMatchObject({ rows: 6, truncated: false, warnings: [] });
    expect(output.files[0]).toMatchObject({
      name: 'All_2026-11-23T1200.xlsx',
      format: 'xlsx',
      rows: 6,
      sheets: [{ name: 'Überblick', fromRow: 1, toRow: 6 }],
    });
    const bytes = await fileOf(output);
    expect(output.files[0]!.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    const workbook = new Workbook();
    await workbook.xlsx.load(bytes as unknown as Parameters<typeof workbook.xlsx.load>[0]);
    const sheet = workbook.getWorksheet('Überblick')!;
    const values = (row: number): unknown[] => (sheet.getRow(row).values as unknown[]).slice(1);
    expect(values(1)).toEqual([...ALL_COLUMNS.map(({ header }) => header), 'formatted', 'words']);
    expect(sheet.getCell('A1').font.bold).toBe(true);
    expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
    expect(sheet.autoFilter).toBe('A1:N7');
    const utc = (iso: string): Date => new Date(iso);
    expect(values(2)).toEqual([
      1,
      'plain',
      12.5,
      0.1,
      '9223372036854775807',
      true,
      utc('2026-03-29'),
      utc('1899-12-30T07:30:00Z'),
      utc('2026-03-29T02:30:00Z'),
      utc('2026-03-29T01:30:00Z'),
      '5f0c1a9e-0000-4000-8000-000000000001',
      '{"a": [1, "x"]}',
      12.5,
      'Ja',
    ]);
    expect(values(3).slice(0, 6)).toEqual([2, 'two\nlines, "quoted"\nü 東京 😀', -1234567.8901, 'NaN', -1, false]);
    expect(values(3)[6]).toBe('0001-01-01');
    expect(values(4).slice(0, 9)).toEqual([
      3,
      undefined,
      0,
      'Infinity',
      0,
      undefined,
      'infinity',
      undefined,
      '-infinity',
    ]);
    expect(values(5)).toEqual([4]);
    expect(sheet.getCell('B6')).toMatchObject({ value: '=HYPERLINK("http://x")', formula: undefined });
    expect(values(6).slice(2, 5)).toEqual(['12345678901234567890123456.0001', 1e300, 999999999999999]);
    expect(values(7).slice(1, 5)).toEqual(['-1', 0.1, -0.1, '1000000000000000']);
    expect(sheet.getCell('M2').numFmt).toBe('#,##0.00');
    expect(sheet.getCell('G2').numFmt).toBe('yyyy-mm-dd');
    expect(sheet.rowCount).toBe(7);
  });

  it('names months in the language of the report', async () => {
    const columns = [reportColumn('id', 'integer'), reportColumn('day', 'date', { format: 'd. MMMM' })];
    const output = await run(inputOf({ columns, locale: 'de-AT', output: DEFAULT_XLSX }));
    const workbook = new Workbook();
    await workbook.xlsx.load((await fileOf(output)) as unknown as Parameters<typeof workbook.xlsx.load>[0]);
    expect(workbook.worksheets[0]!.getCell('B2')).toMatchObject({
      value: new Date('2026-03-29'),
      numFmt: '[$-C07]d". "mmmm',
    });
  });

  it('cuts at the limit, and long texts, and says so', async () => {
    await admin.query(
      "CREATE TABLE public.long AS SELECT g AS id, repeat('x', 40000) || E'\\u0007' AS name FROM generate_series(1, 3) g",
    );
    const dataset = {
      ...EVERYTHING,
      relation: { schema: 'public', name: 'long' },
      columns: EVERYTHING.columns.slice(0, 2),
    };
    const output = await run(inputOf({ columns: ALL_COLUMNS.slice(0, 2), output: DEFAULT_XLSX, rowLimit: 2 }), {
      dataset: stateOf(dataset),
    });
    expect(output).toMatchObject({ rows: 2, truncated: true });
    expect(output.warnings.map(({ code }) => code)).toEqual(['row_limit.template', 'xlsx.text_cut']);
    expect(output.warnings[1]!.message).toMatch(/^2 texts/);
    const workbook = new Workbook();
    await workbook.xlsx.load((await fileOf(output)) as unknown as Parameters<typeof workbook.xlsx.load>[0]);
    expect(workbook.worksheets[0]!.getCell('B3').value).toBe('x'.repeat(32_767));
    expect(workbook.worksheets[0]!.rowCount).toBe(3);
  });

  it('is a workbook without rows when there are none', async () => {
    const filter = { type: 'condition', column: 'id', operator: 'lt', operands: [literal('0')] } as const;
    const output = await run(inputOf({ output: DEFAULT_XLSX, filter }));
    const workbook = new Workbook();
    await workbook.xlsx.load((await fileOf(output)) as unknown as Parameters<typeof workbook.xlsx.load>[0]);
    expect(output).toMatchObject({ rows: 0, truncated: false });
    expect(workbook.worksheets[0]!.rowCount).toBe(1);
  });
});

describe('previews', () => {
  it('shows the first rows as text', async () => {
    const input = inputOf({
      columns: [
        reportColumn('id', 'integer', { header: 'No.' }),
        reportColumn('name', 'string'),
        reportColumn('yes', 'boolean'),
      ],
      sort: [{ header: 'No.', direction: 'descending' }],
      output: DEFAULT_XLSX,
    });
    const { dataset, signal } = partsOf();
    expect(await previewRows(input, { dataset, dataSources, signal, timeoutMs: 5_000 }, 3)).toEqual({
      columns: [
        { header: 'No.', dataType: 'integer' },
        { header: 'name', dataType: 'string' },
        { header: 'yes', dataType: 'boolean' },
      ],
      rows: [
        ['6', '-1', 'false'],
        ['5', '=HYPERLINK("http://x")', 'true'],
        ['4', null, null],
      ],
      truncated: true,
    });
  });
});

describe('failures', () => {
  const failureOf = async (input: JobInput, more?: Partial<ExportParts>): Promise<unknown> =>
    run(input, more).catch((error: unknown) => error);

  afterEach(async () => {
    expect(await filesLeft()).toEqual([]);
  });

  it.each<[string, DatasetState, object]>([
    ['a dataset that is not there', { status: 'absent' }, { code: 'dataset.missing' }],
    [
      'a retired dataset',
      { ...stateOf(EVERYTHING), status: 'retired' } as DatasetState,
      { code: 'dataset.retired', pointer: '/datasetId' },
    ],
    [
      'a table that was dropped',
      stateOf({ ...EVERYTHING, relation: { schema: 'public', name: 'dropped' } }),
      { code: 'dataset.relation_missing', pointer: '/datasetId' },
    ],
    [
      'a column that was dropped',
      stateOf({ ...EVERYTHING, columns: [...EVERYTHING.columns.slice(0, 1), datasetColumn('gone', 'string')] }),
      { code: 'dataset.column_missing', pointer: '/columns/1/column' },
    ],
    [
      'a column of another type',
      stateOf({ ...EVERYTHING, columns: [...EVERYTHING.columns.slice(0, 1), datasetColumn('name', 'integer')] }),
      { code: 'dataset.column_type_changed', pointer: '/columns/1/column' },
    ],
  ])('names %s', async (_name, dataset, problem) => {
    const known = dataset.status === 'absent' ? [] : dataset.definition.columns;
    const columns =
      known.length === 2 ? known.map(({ name, type }) => reportColumn(name, type)) : ALL_COLUMNS.slice(0, 1);
    const failure = await failureOf(inputOf({ columns }), { dataset });
    expect(failure).toMatchObject({ name: 'ExportFailure', code: 'template.invalid', transient: false });
    expect((failure as { problems: unknown }).problems).toContainEqual(expect.objectContaining(problem));
  });

  it('names a data source that the settings lack', async () => {
    expect(await failureOf(inputOf({}), { dataset: stateOf({ ...EVERYTHING, dataSource: 'none' }) })).toMatchObject({
      code: 'data_source.unknown',
      transient: false,
    });
  });

  it.each([PLAIN_CSV, DEFAULT_XLSX])('leaves nothing of a query that fails half-way ($format)', async (output) => {
    await admin.query(`
      CREATE OR REPLACE VIEW public.breaks AS SELECT g AS id, repeat('x', 1000) || (1 / (20000 - g))::text AS name
        FROM (SELECT generate_series(1, 30000) AS g) AS numbers`);
    const dataset = stateOf({
      ...EVERYTHING,
      relation: { schema: 'public', name: 'breaks' },
      columns: EVERYTHING.columns.slice(0, 2),
    });
    expect(await failureOf(inputOf({ columns: ALL_COLUMNS.slice(0, 2), sort: [], output }), { dataset })).toMatchObject(
      {
        code: 'data_source.value_invalid',
        message: 'A value cannot be converted or computed: division by zero.',
        transient: false,
      },
    );
  });

  it.each([PLAIN_CSV, DEFAULT_XLSX])('leaves nothing when its connection dies half-way ($format)', async (output) => {
    await admin.query(`
      CREATE OR REPLACE VIEW public.long_lived AS SELECT g AS id, md5(g::text) AS name
        FROM (SELECT generate_series(1, 1000000000) AS g) AS numbers`);
    const dataset = stateOf({
      ...EVERYTHING,
      relation: { schema: 'public', name: 'long_lived' },
      columns: EVERYTHING.columns.slice(0, 2),
    });
    let failure: Promise<unknown> = Promise.resolve();
    await new Promise<void>((progressed) => {
      failure = failureOf(inputOf({ columns: ALL_COLUMNS.slice(0, 2), sort: [], output }), {
        dataset,
        limits: { maxRows: 100_000_000, timeoutMs: 20_000 },
        onProgress: () => progressed(),
      });
    });
    expect(await filesLeft()).toHaveLength(1);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
    );
    expect(await failure).toMatchObject({ code: 'data_source.unreachable', transient: true });
  });

  it.each([PLAIN_CSV, DEFAULT_XLSX])('stops within a second when it is told to ($format)', async (output) => {
    await admin.query(`
      CREATE OR REPLACE VIEW public.endless AS SELECT g AS id, md5(g::text) AS name
        FROM (SELECT generate_series(1, 1000000000) AS g) AS numbers`);
    const dataset = stateOf({
      ...EVERYTHING,
      relation: { schema: 'public', name: 'endless' },
      columns: EVERYTHING.columns.slice(0, 2),
    });
    const controller = new AbortController();
    let failure: Promise<unknown> = Promise.resolve();
    await new Promise<void>((progressed) => {
      failure = failureOf(inputOf({ columns: ALL_COLUMNS.slice(0, 2), sort: [], output }), {
        dataset,
        signal: controller.signal,
        limits: { maxRows: 100_000_000, timeoutMs: 20_000 },
        onProgress: () => progressed(),
      });
    });
    const before = performance.now();
    controller.abort();
    expect(await failure).toMatchObject({ code: 'export.cancelled', transient: true });
    while ((await runningQueries()) > 0);
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('does not begin when it was stopped before', async () => {
    expect(await failureOf(inputOf({}), { signal: AbortSignal.abort() })).toMatchObject({ code: 'export.cancelled' });
  });

  it.each([PLAIN_CSV, DEFAULT_XLSX])('passes on what the file store says ($format)', async (output) => {
    const fileStore = new DiskFileStore(root);
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const create = fileStore.create.bind(fileStore);
    fileStore.create = async (key) => {
      const upload = await create(key);
      upload.stream.destroy(full);
      return upload;
    };
    const failure = await failureOf(inputOf({ output }), { fileStore });
    expect(failure).toMatchObject({ name: 'ExportFailure' });
    expect(await runningQueries()).toBe(0);
  });
});

describe('memory', () => {
  it.each([
    ['csv', PLAIN_CSV, 64],
    ['xlsx', DEFAULT_XLSX, 128],
  ] as const)(
    'stays flat over 300,000 rows of %s',
    async (_name, output, mebibytes) => {
      await admin.query(`
      CREATE OR REPLACE VIEW public.many AS SELECT g AS id, md5(g::text) || md5(g::text) AS name
        FROM (SELECT generate_series(1, 300000) AS g) AS numbers`);
      const dataset = stateOf({
        ...EVERYTHING,
        relation: { schema: 'public', name: 'many' },
        columns: EVERYTHING.columns.slice(0, 2),
      });
      const before = process.memoryUsage().rss;
      let peak = before;
      const result = await run(inputOf({ columns: ALL_COLUMNS.slice(0, 2), sort: [], output }), {
        dataset,
        onProgress: () => (peak = Math.max(peak, process.memoryUsage().rss)),
      });
      expect(result).toMatchObject({ rows: 300_000, truncated: false });
      expect((peak - before) / 1024 / 1024).toBeLessThan(mebibytes);
    },
    60_000,
  );
});

function literal(value: string): LiteralOperand {
  return { type: 'literal', parameter: null, value };
}
