import fc from 'fast-check';
import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, type DataType, type OutputOptions } from '#domain';
import { datasetColumn } from '#domain/testing';
import { openExportWorld, type ExportWorld } from './testing/export-world';
import { readWithDuckDB } from './testing/read-parquet';

/** A column of random values: their type in PostgreSQL, in a report, and their text forms, those that Parquet lacks apart. */
interface Column {
  readonly name: string;
  readonly databaseType: string;
  readonly type: DataType;
  readonly values: fc.Arbitrary<string>;
  readonly beyondParquet: readonly string[];
  /** How DuckDB is to be asked for the same text; default: as it is. */
  readonly comparable?: (text: string) => string;
}

const digits = (length: number) => fc.stringMatching(new RegExp(`^-?[0-9]{1,${length}}$`));
const decimal = fc.tuple(digits(28), fc.stringMatching(/^[0-9]{0,10}$/)).map(([whole, part]) => `${whole}.${part}0`);
const two = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((value) => String(value).padStart(2, '0'));
const day = fc
  .tuple(fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 10_000, max: 290_000 })), two(1, 12), two(1, 28))
  .map(([year, month, date]) => `${String(year).padStart(4, '0')}-${month}-${date}`);
const clock = fc
  .tuple(two(0, 23), two(0, 59), two(0, 59), fc.stringMatching(/^[0-9]{6}$/))
  .map(([hour, minute, second, fraction]) => `${hour}:${minute}:${second}.${fraction}`);
const nasty = [
  '"',
  ',',
  '\n',
  '\r',
  '\t',
  '\\',
  '\\N',
  '\\.',
  "'",
  '=',
  ' BC',
  'عربي',
  '\u202e',
  '😀',
  'ü',
  '東',
  '\u0001',
  '',
];
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...nasty) }),
  // PostgreSQL has no NUL in its texts.
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
);
const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => (Object.is(value, -0) ? '0' : String(value)));
const special = ['NaN', 'Infinity', '-Infinity'];

const COLUMNS: readonly Column[] = [
  { name: 'note', databaseType: 'text', type: 'string', values: text, beyondParquet: [] },
  {
    name: 'big',
    databaseType: 'bigint',
    type: 'integer',
    values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    beyondParquet: [],
  },
  { name: 'amount', databaseType: 'numeric(38,10)', type: 'decimal', values: decimal, beyondParquet: ['NaN'] },
  {
    name: 'free',
    databaseType: 'numeric',
    type: 'decimal',
    values: fc.tuple(digits(20), digits(18)).map(([a, b]) => `${a}.${b.replace('-', '')}`),
    beyondParquet: [...special, '1e-19', '1e20'],
  },
  {
    name: 'ratio',
    databaseType: 'float8',
    type: 'decimal',
    values: fc.oneof(double, fc.constantFrom(...special)),
    beyondParquet: [],
  },
  {
    name: 'yes',
    databaseType: 'boolean',
    type: 'boolean',
    values: fc.constantFrom('true', 'false'),
    beyondParquet: [],
  },
  {
    name: 'day',
    databaseType: 'date',
    type: 'date',
    values: day,
    beyondParquet: ['infinity', '-infinity', '0044-03-15 BC'],
  },
  { name: 'clock', databaseType: 'time', type: 'time', values: clock, beyondParquet: [] },
  {
    name: 'at',
    databaseType: 'timestamp',
    type: 'timestamp',
    values: fc.tuple(day, clock).map((parts) => parts.join(' ')),
    beyondParquet: ['infinity', '-infinity', '4713-01-01 00:00:00 BC', '294276-12-31 23:59:59'],
  },
  { name: 'key', databaseType: 'uuid', type: 'uuid', values: fc.uuid(), beyondParquet: [] },
  {
    name: 'doc',
    databaseType: 'json',
    type: 'json',
    values: fc.json().map((value) => value.replaceAll('\\u0000', '')),
    beyondParquet: [],
  },
];
const NAMES = COLUMNS.map(({ name }) => name).join(', ');
const REPORT = { relation: 'random', dataset: COLUMNS.map(({ name, type }) => datasetColumn(name, type)) };
type Row = readonly (string | null)[];

const rowsOf = (valuesOf: (column: Column) => fc.Arbitrary<string>): fc.Arbitrary<Row[]> =>
  fc.array(fc.tuple(...COLUMNS.map((column) => fc.option(valuesOf(column)))), { minLength: 1, maxLength: 40 });
const anyRows = rowsOf(({ values, beyondParquet }) =>
  beyondParquet.length === 0 ? values : fc.oneof({ weight: 5, arbitrary: values }, fc.constantFrom(...beyondParquet)),
);
const RUNS = { numRuns: 25 };

let world: ExportWorld;

beforeAll(async () => {
  world = await openExportWorld();
  await world.admin.query(`
    SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1;
    CREATE TABLE public.random (${COLUMNS.map(({ name, databaseType }) => `${name} ${databaseType}`).join(', ')})`);
});
afterAll(() => world.close());

/** Stores the rows and gives them as PostgreSQL writes them. */
async function stored(rows: readonly Row[]): Promise<Row[]> {
  await world.admin.query('TRUNCATE public.random');
  const places = COLUMNS.map(({ databaseType }, index) => `$${index + 1}::text::${databaseType}`).join(', ');
  for (const row of rows) await world.admin.query(`INSERT INTO public.random VALUES (${places})`, [...row]);
  const texts = COLUMNS.map(({ name }) => `${name}::text`).join(', ');
  return (await world.admin.query<(string | null)[]>({ text: `SELECT ${texts} FROM public.random`, rowMode: 'array' }))
    .rows;
}

async function exported(output: OutputOptions): Promise<string> {
  return (await world.fileOf(await world.run({ ...REPORT, output }))).toString();
}

describe('whatever PostgreSQL returns', () => {
  it('is in JSON Lines', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, async (rows) => {
        const expected = await stored(rows);
        const lines = (await exported(DEFAULT_JSON_LINES)).trimEnd().split('\n');
        expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual(
          expected.map(() => COLUMNS.map(({ name }) => name)),
        );
        expect(lines).toEqual(expected.map((row) => `{${row.map(memberText).join(',')}}`));
      }),
      RUNS,
    );
  });

  it.each<[string, Partial<typeof DEFAULT_CSV>]>([
    ['needed', { quoting: 'needed', lineEnding: 'crlf' }],
    ['all', { quoting: 'all', nullText: 'NULL', delimiter: ';' }],
  ])('is in CSV with quotes: %s', async (_name, options) => {
    const csv = { ...DEFAULT_CSV, neutraliseFormulas: false, header: false, ...options };
    await fc.assert(
      fc.asyncProperty(anyRows, async (rows) => {
        const expected = await stored(rows);
        expect(parsedCsv(await exported(csv), csv)).toEqual(expected);
      }),
      RUNS,
    );
  });

  it('is in Parquet, if its types have it', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf(({ values }) => values),
        async (rows) => {
          await stored(rows);
          const { rows: expected } = await world.admin.query<(string | null)[]>({
            text: `SELECT ${NAMES.replace('free', 'free::numeric(38,18)')
              .split(', ')
              .map((name) => `(${name})::text`)
              .join(', ')} FROM public.random`,
            rowMode: 'array',
          });
          const path = world.pathOf(await world.run({ ...REPORT, output: DEFAULT_PARQUET }));
          const ratio = COLUMNS.findIndex(({ name }) => name === 'ratio');
          const withNumbers = (row: readonly (string | boolean | null)[]): unknown[] =>
            row.map((value, index) => (index === ratio && value !== null ? numberOf(String(value)) : value));
          expect((await readWithDuckDB(path)).rows.map(withNumbers)).toEqual(expected.map(withNumbers));
        },
      ),
      RUNS,
    );
  });
});

describe('what Parquet lacks', () => {
  const lacking = COLUMNS.flatMap(({ name, beyondParquet }) => beyondParquet.map((value) => [name, value] as const));

  it.each(lacking)('fails the export, with the column and the value: %s %s', async (name, value) => {
    await stored([COLUMNS.map((column) => (column.name === name ? value : null))]);
    await expect(world.run({ ...REPORT, output: DEFAULT_PARQUET })).rejects.toMatchObject({
      code: 'parquet.value_unsupported',
      transient: false,
      message: expect.stringMatching(
        new RegExp(`^The column "${name}" holds the value \\S.*, which its Parquet type [A-Z]+`),
      ),
    });
  });

  it.each(lacking)('can be had as text: %s %s', async (name, value) => {
    const [row] = await stored([COLUMNS.map((column) => (column.name === name ? value : null))]);
    const columns = COLUMNS.filter((column) => column.name === name);
    const report = { ...REPORT, columns: columns.map(() => textColumn(name)) };
    const path = world.pathOf(await world.run({ ...report, output: DEFAULT_PARQUET }));
    expect((await readWithDuckDB(path)).rows).toEqual([row?.filter((text) => text !== null)]);
  });
});

function textColumn(name: string) {
  return { column: name, header: name, dataType: 'string', expression: null, format: null, aggregate: null } as const;
}

function memberText(value: string | null, index: number): string {
  const { name, type } = COLUMNS[index]!;
  const number = (type === 'integer' || type === 'decimal') && value !== null && !special.includes(value);
  const plain = value === null || number || type === 'boolean' || type === 'json';
  return `${JSON.stringify(name)}:${plain ? String(value) : jsonText(value)}`;
}

/** JSON.stringify, which writes lone surrogates apart and knows no `\v`, does the same for all else. */
function jsonText(value: string): string {
  return JSON.stringify(value);
}

function numberOf(text: string): number {
  return Number(text.replace('inf', 'Infinity').replace('nan', 'NaN').replace('Infinityinity', 'Infinity'));
}

/** A reader of CSV as plain as RFC 4180 is: an unquoted field that is the text for NULL is NULL. */
function parsedCsv(csv: string, { delimiter, nullText }: typeof DEFAULT_CSV): (string | null)[][] {
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${delimiter}\\r\\n]*))(${delimiter}|\\r\\n)`, 'gy');
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  for (let found = field.exec(csv); found; found = field.exec(csv)) {
    const [, quoted, plain, end] = found;
    row.push(quoted !== undefined ? quoted.replaceAll('""', '"') : plain === nullText ? null : (plain ?? null));
    if (end !== '\r\n') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
