import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import {
  DEFAULT_CSV,
  DEFAULT_JSON_LINES,
  DEFAULT_PARQUET,
  PARQUET_COMPRESSIONS,
  type CsvOptions,
  type JobOutput,
  type OutputOptions,
} from '#domain';
import { DATASET_ID, datasetColumn, reportColumn } from '#domain/testing';
import { openExportWorld, type ExportWorld, type ReportOf } from './testing/export-world';
import { arrow, readWithArrow, readWithDuckDB } from './testing/read-parquet';

const TABLE = `
  CREATE TABLE public.everything (
    id int PRIMARY KEY, name text, amount numeric(30,4), free numeric, ratio float8, big bigint, yes boolean, day date,
    clock time, at timestamp, at_zone timestamptz, key uuid, doc jsonb, raw json);
  INSERT INTO public.everything VALUES
    (1, 'plain', 12.5000, 0.000000000000000001, 0.1, 9223372036854775807, true, '2026-03-29', '07:30', '2026-03-29 02:30',
       '2026-03-29T01:30Z', '5f0c1a9e-0000-4000-8000-000000000001', '{"a": [1, "x"]}', E'{\\n\\t"b":1.10,\\r"b":"\\\\n"}'),
    (2, E'two\\nlines, "quoted"\\r\\n\\\\N ü 東京 😀 \\u202eعربي', -1234567.8901, -12345678901234567890, 'NaN', -1, false,
       '0001-01-01', '23:59:59.5', '2026-12-31 23:59:59.123456', '2026-12-31T23:59:59Z', NULL, '[]', '"\\u0001"'),
    (3, '', 0, 1.50, 'Infinity', 0, NULL, '10000-02-29', '24:00', '294246-01-01 00:00:00.000001', '1969-12-31T23:00Z', NULL,
       'null', 'null'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, '=1+1', 12345678901234567890123456.0001, 0, 1e300, -9223372036854775808, true, '1899-12-31', '00:00', '1900-01-01',
       '2024-02-29T12:00+05', NULL, '-5.10', '[1e400]')`;

const EVERYTHING = {
  relation: 'everything',
  dataset: [
    datasetColumn('id', 'integer', { nullable: false }),
    datasetColumn('name', 'string'),
    datasetColumn('amount', 'decimal'),
    datasetColumn('free', 'decimal'),
    datasetColumn('ratio', 'decimal'),
    datasetColumn('big', 'integer'),
    datasetColumn('yes', 'boolean'),
    datasetColumn('day', 'date'),
    datasetColumn('clock', 'time'),
    datasetColumn('at', 'timestamp'),
    datasetColumn('at_zone', 'timestamp'),
    datasetColumn('key', 'uuid'),
    datasetColumn('doc', 'json'),
    datasetColumn('raw', 'json'),
  ],
} as const;
const BY_ID = { sort: [{ header: 'id', direction: 'ascending' }] } as const;

let world: ExportWorld;

beforeAll(async () => {
  world = await openExportWorld();
  await world.admin.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; ${TABLE}`);
});
afterAll(() => world.close());
afterEach(() => world.clear());

const everything = (output: OutputOptions, more: Partial<ReportOf> = {}): Promise<JobOutput> =>
  world.run({ ...EVERYTHING, output, more: BY_ID, ...more });

/** What PostgreSQL itself makes of the rows. */
async function queried<Value = string | null>(expressions: string): Promise<Value[][]> {
  const text = `SELECT ${expressions} FROM public.everything ORDER BY id`;
  return (await world.admin.query<Value[]>({ text, rowMode: 'array' })).rows;
}

describe('JSON Lines', () => {
  it('holds typed values with every digit', async () => {
    const output = await everything(DEFAULT_JSON_LINES);
    const bytes = await world.fileOf(output);
    expect(output.files[0]).toMatchObject({
      name: 'All_2026-11-23T1200.jsonl',
      format: 'jsonl',
      mediaType: 'application/jsonl',
      rows: 5,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sheets: [],
    });
    const lines = bytes.toString().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines[0]).toBe(
      '{"id":1,"name":"plain","amount":12.5000,"free":0.000000000000000001,"ratio":0.1,"big":9223372036854775807,"yes":true,' +
        '"day":"2026-03-29","clock":"07:30:00","at":"2026-03-29 02:30:00","at_zone":"2026-03-29 01:30:00",' +
        '"key":"5f0c1a9e-0000-4000-8000-000000000001","doc":{"a": [1, "x"]},"raw":{  "b":1.10, "b":"\\n"}}',
    );
    expect(lines[4]).toContain('"amount":12345678901234567890123456.0001,"free":0,"ratio":1e+300,');
    expect(lines[4]).toContain('"doc":-5.10,"raw":[1e400]}');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed.map(({ name, yes, ratio, doc }) => [name, yes, ratio, doc])).toEqual(
      await queried(
        "name, yes, CASE WHEN ratio::text ~ '^[NI]' THEN to_json(ratio::text) ELSE to_json(ratio) END, doc",
      ),
    );
    expect(Object.values(parsed[3]!)).toEqual([4, ...Array.from({ length: 13 }, () => null)]);
    expect(Object.keys(parsed[3]!)).toEqual(EVERYTHING.dataset.map(({ name }) => name));
  });

  it('holds what a format wrote as text', async () => {
    const columns = [
      reportColumn('amount', 'decimal', { format: '#,##0.00' }),
      reportColumn('yes', 'boolean', { format: 'Ja/Nein' }),
      reportColumn('day', 'date', { format: 'dd.MM.yyyy' }),
      reportColumn('big', 'string'),
    ];
    const output = await everything(DEFAULT_JSON_LINES, { columns, more: { rowLimit: 1 } });
    expect((await world.fileOf(output)).toString()).toBe(
      '{"amount":"12.50","yes":"Ja","day":"29.03.2026","big":"9223372036854775807"}\n',
    );
    expect(output).toMatchObject({ rows: 1, truncated: true, warnings: [{ code: 'row_limit.template' }] });
  });

  it('is compressed', async () => {
    const plain = await world.fileOf(await everything(DEFAULT_JSON_LINES));
    const output = await everything({ ...DEFAULT_JSON_LINES, compression: 'gzip' });
    expectGzip(output, 'All_2026-11-23T1200.jsonl.gz', await world.fileOf(output));
    expect(gunzipSync(await world.fileOf(output)).equals(plain)).toBe(true);
  });
});

describe('CSV', () => {
  const csv = async (options: Partial<CsvOptions>): Promise<[JobOutput, Buffer]> => {
    const columns = [reportColumn('id', 'integer'), reportColumn('name', 'string', { header: 'name "n"' })];
    const output = await everything({ ...DEFAULT_CSV, neutraliseFormulas: false, ...options }, { columns });
    return [output, await world.fileOf(output)];
  };
  const plain = async (): Promise<string> => (await csv({}))[1].toString();

  it('has quotes around every value but NULL', async () => {
    const [, bytes] = await csv({ quoting: 'all', nullText: 'plain', lineEnding: 'lf' });
    expect(bytes.toString()).toBe(
      '"id","name ""n"""\n"1","plain"\n"2","two\nlines, ""quoted""\r\n\\N ü 東京 😀 \u202eعربي"\n"3",""\n"4",plain\n"5","=1+1"\n',
    );
  });

  it('is UTF-16 with a byte order mark', async () => {
    const [output, bytes] = await csv({ encoding: 'utf-16le', byteOrderMark: true });
    expect(output.files[0]!.mediaType).toBe('text/csv; charset=utf-16le');
    expect(converted(bytes, 'UTF-16')).toBe(await plain());
    const [, unmarked] = await csv({ encoding: 'utf-16le' });
    expect(converted(unmarked, 'UTF-16LE')).toBe(await plain());
  });

  it('is windows-1252, with a warning that counts what it lacks', async () => {
    const [output, bytes] = await csv({ encoding: 'windows-1252' });
    expect(output.warnings).toEqual([
      {
        code: 'csv.characters_replaced',
        message: '8 characters became question marks, since windows-1252 lacks them.',
      },
    ]);
    expect(converted(bytes, 'CP1252')).toBe((await plain()).replace(/[東京😀\u202eعربي]/gu, '?'));
  });

  it('is compressed, and described as it is stored', async () => {
    const [output, bytes] = await csv({ compression: 'gzip', encoding: 'utf-16le' });
    expectGzip(output, 'All_2026-11-23T1200.csv.gz', bytes);
    expect(gunzipSync(bytes).toString('utf16le')).toBe(await plain());
  });
});

describe('Parquet', () => {
  it('holds typed values, for DuckDB', async () => {
    const output = await everything(DEFAULT_PARQUET);
    expect(output).toMatchObject({ rows: 5, truncated: false, warnings: [] });
    expect(output.files[0]).toMatchObject({
      name: 'All_2026-11-23T1200.parquet',
      format: 'parquet',
      mediaType: 'application/vnd.apache.parquet',
      sha256: createHash('sha256')
        .update(await world.fileOf(output))
        .digest('hex'),
    });
    const { columns, rows } = await readWithDuckDB(world.pathOf(output));
    expect(columns).toEqual([
      ['id', 'BIGINT'],
      ['name', 'VARCHAR'],
      ['amount', 'DECIMAL(30,4)'],
      ['free', 'DECIMAL(38,18)'],
      ['ratio', 'DOUBLE'],
      ['big', 'BIGINT'],
      ['yes', 'BOOLEAN'],
      ['day', 'DATE'],
      ['clock', 'TIME'],
      ['at', 'TIMESTAMP'],
      ['at_zone', 'TIMESTAMP'],
      ['key', 'UUID'],
      ['doc', 'JSON'],
      ['raw', 'JSON'],
    ]);
    const expected = await queried(
      `id::text, name, amount::text, free::numeric(38,18)::text, ratio, big::text, yes::text, day::text, clock::text, at::text,
       at_zone::timestamp::text, key::text, doc::text, raw::text`,
    );
    const [ratios, others] = [rows.map((row) => row[4]), rows.map((row) => row.filter((_, index) => index !== 4))];
    expect(others).toEqual(expected.map((row) => row.filter((_, index) => index !== 4)));
    expect(ratios.map((text) => text && Number(String(text).replace('inf', 'Infinity')))).toEqual([
      0.1,
      NaN,
      Infinity,
      null,
      1e300,
    ]);
  });

  const found = arrow();
  if ('missing' in found) {
    process.stderr.write(`PARQUET WAS NOT READ WITH APACHE ARROW: it cannot be installed here.\n${found.missing}\n`);
  }
  const withArrow = 'python' in found ? describe : describe.skip;
  withArrow('for Apache Arrow', () => {
    const read = (output: JobOutput) => {
      if ('missing' in found) throw new Error(found.missing);
      return readWithArrow(found.python, world.pathOf(output));
    };

    it('holds typed values', async () => {
      // Python's own dates end with the year 9999, and its times before 24:00.
      const filter = { type: 'condition', column: 'id', operator: 'ne', operands: [literal('3')] } as const;
      const { columns, rows } = read(await everything(DEFAULT_PARQUET, { more: { ...BY_ID, filter } }));
      expect(columns.slice(0, 11)).toEqual([
        ['id', 'int64'],
        ['name', 'string'],
        ['amount', 'decimal128(30, 4)'],
        ['free', 'decimal128(38, 18)'],
        ['ratio', 'double'],
        ['big', 'int64'],
        ['yes', 'bool'],
        ['day', 'date32[day]'],
        ['clock', 'time64[us]'],
        ['at', 'timestamp[us]'],
        ['at_zone', 'timestamp[us]'],
      ]);
      const expected = await queried<string | boolean | null>(
        `id::text, name, amount::text, big::text, yes, day::text, at::text, to_char(at_zone, 'YYYY-MM-DD HH24:MI:SS') AS at_zone, key::text,
         doc::text, raw::text`,
      );
      const without = new Set([3, 4, 8]);
      expect(rows.map((row) => row.filter((_, index) => !without.has(index)))).toEqual(
        expected.filter(([id]) => id !== '3'),
      );
      expect(rows.map((row) => row[3])).toEqual(['1E-18', '-12345678901234567890.000000000000000000', null, '0E-18']);
      expect(rows.map((row) => row[4])).toEqual(['0.1', 'nan', null, '1e+300']);
      expect(rows.map((row) => row[8])).toEqual(['07:30:00', '23:59:59.500000', null, '00:00:00']);
    });

    it.each(PARQUET_COMPRESSIONS)('is compressed by the codec of its options: %s', async (compression) => {
      const names = { none: 'UNCOMPRESSED', snappy: 'SNAPPY', gzip: 'GZIP', zstd: 'ZSTD' };
      const output = await everything(
        { ...DEFAULT_PARQUET, compression },
        { columns: [reportColumn('id', 'integer')] },
      );
      expect(read(output)).toMatchObject({ codecs: [names[compression]], rows: [['1'], ['2'], ['3'], ['4'], ['5']] });
    });

    it('has a schema without rows', async () => {
      const filter = { type: 'condition', column: 'id', operator: 'lt', operands: [literal('0')] } as const;
      const output = await everything(DEFAULT_PARQUET, { more: { filter } });
      expect(output).toMatchObject({ rows: 0 });
      expect(read(output)).toMatchObject({ rows: [], columns: expect.arrayContaining([['id', 'int64']]) });
    });

    it('keeps the order of many rows, over row groups', async () => {
      await world.admin.query(
        'CREATE TABLE public.many AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 150000) AS g',
      );
      const output = await world.run({
        relation: 'many',
        dataset: EVERYTHING.dataset.slice(0, 2),
        columns: [reportColumn('id', 'integer')],
        output: DEFAULT_PARQUET,
        more: { sort: [{ header: 'id', direction: 'descending' }], rowLimit: 140_000 },
      });
      expect(output).toMatchObject({ rows: 140_000, truncated: true });
      const { rows, rowGroups } = read(output);
      expect(rowGroups).toBeGreaterThan(1);
      expect(rows.length).toBe(140_000);
      expect(rows.every(([id], index) => id === String(150_000 - index))).toBe(true);
    });
  });

  it('has sums and averages', async () => {
    const aggregate = (column: string, name: 'sum' | 'avg' | 'max') =>
      reportColumn(column, 'decimal', { header: `${name} of ${column}`, aggregate: name });
    const columns = [
      reportColumn('big', 'integer', { header: 'total', aggregate: 'sum' }),
      reportColumn(null, 'integer', { header: 'rows', aggregate: 'count' }),
      ...[aggregate('amount', 'sum'), aggregate('amount', 'avg'), aggregate('amount', 'max'), aggregate('big', 'avg')],
      aggregate('free', 'sum'),
      aggregate('ratio', 'sum'),
    ];
    const filter = { type: 'condition', column: 'id', operator: 'in', operands: [literal('1'), literal('3')] } as const;
    const { rows, columns: read } = await readWithDuckDB(
      world.pathOf(await everything(DEFAULT_PARQUET, { columns, more: { groupBy: [], filter } })),
    );
    expect(read.map(([, type]) => type)).toEqual([
      'DECIMAL(38,0)',
      'BIGINT',
      'DECIMAL(38,4)',
      'DECIMAL(38,18)',
      'DECIMAL(30,4)',
      'DECIMAL(38,18)',
      'DECIMAL(38,18)',
      'DOUBLE',
    ]);
    expect(rows).toEqual([
      [
        '9223372036854775807',
        '2',
        '12.5000',
        '6.250000000000000000',
        '12.5000',
        '4611686018427387904.000000000000000000',
        '1.500000000000000001',
        'inf',
      ],
    ]);
  });

  it('has text where a format wrote it', async () => {
    const columns = [
      reportColumn('amount', 'decimal', { format: '#,##0.00' }),
      reportColumn('yes', 'boolean', { format: 'Ja/Nein' }),
    ];
    const output = await everything(DEFAULT_PARQUET, { columns, more: { rowLimit: 1 } });
    expect(await readWithDuckDB(world.pathOf(output))).toEqual({
      columns: [
        ['amount', 'VARCHAR'],
        ['yes', 'VARCHAR'],
      ],
      rows: [['12.50', 'Ja']],
    });
  });

  it('names columns as the headers do, whatever is in them', async () => {
    const headers = ['c0', `it's "quoted" \\ $1; DROP TABLE x; --`, 'two\nlines 東京', 'c1'];
    const columns = headers.map((header) => reportColumn('id', 'integer', { header }));
    const output = await everything(DEFAULT_PARQUET, { columns, more: { rowLimit: 1 } });
    expect(await readWithDuckDB(world.pathOf(output))).toEqual({
      columns: headers.map((header) => [header, 'BIGINT']),
      rows: [['1', '1', '1', '1']],
    });
  });
});

describe('durations, currencies, percents and arrays', () => {
  const REPORT = {
    relation: 'more',
    dataset: [
      datasetColumn('spent', 'duration'),
      datasetColumn('price', 'currency'),
      datasetColumn('share', 'percent'),
      datasetColumn('tags', 'array'),
    ],
  } as const;

  beforeAll(() =>
    world.admin.query(`
      CREATE TABLE public.more (spent interval, price numeric(12,2), share numeric(5,4), tags text[]);
      INSERT INTO public.more VALUES
        ('1 year 2 days 03:00:00.5', -1234.50, 0.1250, ARRAY['a"b', E'x\\n\ny', NULL]), (NULL, NULL, NULL, NULL)`),
  );

  it('are texts, numbers and lists in JSON Lines', async () => {
    const bytes = await world.fileOf(await world.run({ ...REPORT, output: DEFAULT_JSON_LINES }));
    expect(bytes.toString()).toBe(
      '{"spent":"P1Y2DT3H0.5S","price":-1234.50,"share":0.1250,"tags":["a\\"b","x\\n\\ny",null]}\n' +
        '{"spent":null,"price":null,"share":null,"tags":null}\n',
    );
  });

  it('are texts, decimals and JSON in Parquet', async () => {
    const path = world.pathOf(await world.run({ ...REPORT, output: DEFAULT_PARQUET }));
    expect(await readWithDuckDB(path)).toEqual({
      columns: [
        ['spent', 'VARCHAR'],
        ['price', 'DECIMAL(12,2)'],
        ['share', 'DECIMAL(5,4)'],
        ['tags', 'JSON'],
      ],
      rows: [
        ['P1Y2DT3H0.5S', '-1234.50', '0.1250', '["a\\"b","x\\n\\ny",null]'],
        [null, null, null, null],
      ],
    });
  });
});

describe('a standard export', () => {
  it.each<[OutputOptions, string]>([
    [{ ...DEFAULT_CSV, encoding: 'utf-16le', compression: 'gzip' }, 'All_2026-11-23T1200.csv.gz'],
    [{ ...DEFAULT_JSON_LINES, compression: 'gzip' }, 'All_2026-11-23T1200.jsonl.gz'],
    [DEFAULT_PARQUET, 'All_2026-11-23T1200.parquet'],
  ])('takes the same options: %j', async (output, name) => {
    const result = await world.process(
      {
        dynamicMapping: false,
        additionalConfig: { datasetId: DATASET_ID, output, nominalTime: '2026-11-23T12:00:00.000Z', timeZone: 'UTC' },
      },
      world.datasetOf(EVERYTHING),
    );
    expect(result).toMatchObject({ rows: 5, files: [{ name, format: output.format }] });
  });
});

function expectGzip(output: JobOutput, name: string, bytes: Buffer): void {
  expect(output.files[0]).toMatchObject({
    name,
    mediaType: 'application/gzip',
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  expect(spawnSync('gzip', ['-t'], { input: bytes })).toMatchObject({ status: 0 });
}

/** What iconv makes of a file. */
function converted(bytes: Buffer, encoding: string): string {
  const { status, stdout, stderr } = spawnSync('iconv', ['-f', encoding, '-t', 'UTF-8'], { input: bytes });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout.toString();
}

function literal(value: string) {
  return { type: 'literal', parameter: null, value } as const;
}
