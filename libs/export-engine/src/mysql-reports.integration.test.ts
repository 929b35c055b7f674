import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  aggregatesOf,
  conversionsOf,
  DATA_TYPES,
  DEFAULT_XLSX,
  isComparable,
  operatorsOf,
  type DataType,
  type FilterNode,
  type Operand,
  type Operator,
  type ReportColumn,
  type TemplateDefinition,
} from '#domain';
import { datasetColumn, reportColumn } from '#domain/testing';
import { hasMariaDb } from '../../../test/mariadb/server';
import { TwinReports } from './testing/twin-reports';

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB DID NOT RUN THE REPORTS: mariadbd is not in the PATH.\n');

const ROWS = `
  (1, ' Ab''c ', 7, 3000000000, 12.50, 0.25, true, '2024-02-29', '07:30:00', '2026-03-29 23:59:59.5', '2026-03-29 00:30:00'),
  (2, '', 0, -1, -0.05, -1.5, false, '0987-01-01', '23:59:59.5', '2000-01-01 12:00:00', '1999-12-31 23:59:00'),
  (3, 'ünï 😀', -2147483648, 9223372036854775807, 0, 1e12, NULL, '9999-12-31', '00:00:00', '2026-10-25 02:30:00', '2026-10-25 00:30:00'),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5, 'a_%', 1234567, 42, 9999999999.99, 0.125, true, '2026-11-23', '12:00:00', '2026-12-31 23:30:00', '2026-10-25 01:30:00'),
  (6, 'a_% ', -8, 42, 0.5, 2.5, false, '2026-11-30', '13:05:09', '2026-11-01 00:00:00', '2026-10-31 23:00:00')`;
const TABLE = {
  postgres: `
    SET TimeZone = 'UTC';
    CREATE TABLE twins (row int, name text, n int, big bigint, price numeric(12, 2), ratio float8, yes boolean, day date,
      clock time, wall timestamp, at timestamptz);
    INSERT INTO twins VALUES ${ROWS};
    ALTER TABLE twins ADD share numeric(12, 2), ADD amount numeric(12, 2), ADD key uuid, ADD doc jsonb;
    UPDATE twins SET share = price, amount = price, key = CASE WHEN row < 4 THEN ('a0000000-0000-4000-8000-00000000000' || row)::uuid END`,
  mariadb: `
    SET time_zone = '+00:00', sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES';
    CREATE TABLE twins ("row" int, name text, n int, big bigint, price decimal(12, 2), ratio double, yes boolean, day date,
      clock time(6), wall datetime(6), at timestamp(6) NULL);
    INSERT INTO twins VALUES ${ROWS};
    ALTER TABLE twins ADD share decimal(12, 2), ADD amount decimal(12, 2), ADD "key" uuid, ADD doc json;
    UPDATE twins SET share = price, amount = price, "key" = CASE WHEN "row" < 4 THEN concat('a0000000-0000-4000-8000-00000000000', "row") END`,
};
/** A column of each type that MySQL has. */
const COLUMN_OF: Readonly<Partial<Record<DataType, string>>> = {
  string: 'name',
  integer: 'n',
  decimal: 'price',
  currency: 'amount',
  percent: 'share',
  boolean: 'yes',
  date: 'day',
  time: 'clock',
  timestamp: 'at',
  uuid: 'key',
  json: 'doc',
};
const DATASET = [
  datasetColumn('row', 'integer'),
  datasetColumn('big', 'integer'),
  datasetColumn('ratio', 'decimal'),
  datasetColumn('wall', 'timestamp'),
  ...DATA_TYPES.flatMap((type) => {
    const name = COLUMN_OF[type];
    return name === undefined ? [] : [datasetColumn(name, type)];
  }),
];
const TYPES = DATA_TYPES.filter((type) => COLUMN_OF[type] !== undefined);
const columnOf = (type: DataType): string => COLUMN_OF[type] ?? '';

type Report = Partial<TemplateDefinition>;

const BY_ROW = [{ header: 'row', direction: 'ascending' }] as const;
const row = reportColumn('row', 'integer');
const sorted = (columns: readonly ReportColumn[], more: Report = {}): Report => ({
  columns: [row, ...columns],
  sort: BY_ROW,
  ...more,
});
const formatted = (column: string, dataType: DataType, formats: readonly string[], locale: string): Report =>
  sorted(
    formats.map((format) => reportColumn(column, dataType, { header: format, format })),
    { locale },
  );
/** Calculations, each a column under itself. */
const calculated = (dataType: DataType, expressions: readonly string[]): Report =>
  sorted(expressions.map((expression) => reportColumn(null, dataType, { header: expression, expression })));

const ALL = sorted([
  ...['name', 'n', 'big', 'price', 'day', 'wall', 'at'].map((name) => {
    const { type } = DATASET.find((column) => column.name === name)!;
    return reportColumn(name, type);
  }),
]);
const TOTALLED: Report = {
  ...sorted([
    reportColumn('name', 'string'),
    reportColumn('n', 'integer'),
    reportColumn('price', 'decimal', { format: '#,##0.0' }),
    reportColumn('amount', 'currency', { format: '¤EUR\u00a0#,##0.00' }),
    reportColumn('share', 'percent'),
    reportColumn('day', 'date'),
    reportColumn('yes', 'boolean'),
  ]),
  layout: { rowNumbers: true, totals: true, coverSheet: false },
};

const literal = (value: string): Operand => ({ type: 'literal', parameter: null, value });
const november: Operand = { type: 'period', period: 'current', unit: 'month', count: 1 };
/** Values of a column that a filter names. */
const LITERALS: Readonly<Partial<Record<DataType, readonly [string, string]>>> = {
  string: ['a_%', 'ünï 😀'],
  integer: ['-8', '7'],
  decimal: ['-0.05', '12.5'],
  currency: ['-0.05', '12.5'],
  percent: ['-0.05', '12.5'],
  boolean: ['true', 'false'],
  date: ['2024-02-29', '2026-11-23'],
  time: ['07:30:00', '23:59:59.5'],
  timestamp: ['1999-12-31T23:59:00Z', '2026-10-25T01:30:00Z'],
  uuid: ['a0000000-0000-4000-8000-000000000001', 'A0000000-0000-4000-8000-000000000003'],
};

function operandsOf(operator: Operator, type: DataType): Operand[] {
  const [one = '', other = ''] = LITERALS[type] ?? [];
  switch (operator) {
    case 'is_null':
    case 'is_not_null':
      return [];
    case 'between':
    case 'in':
    case 'not_in':
      return [literal(one), literal(other)];
    case 'contains':
    case 'not_contains':
      return [literal('_%')];
    case 'starts_with':
      return [literal('a_')];
    case 'ends_with':
      return [literal('% ')];
    case 'during':
    case 'not_during':
      return [november];
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return [literal(type === 'boolean' ? one : other)];
  }
}

function filteredBy(column: string, type: DataType, operator: Operator): Report {
  const filter: FilterNode = { type: 'condition', column, operator, operands: operandsOf(operator, type) };
  return sorted([], { filter: { type: 'or', nodes: [filter, { type: 'not', node: filter }, filter] } });
}

/** One by one, so that a condition that is never met is not taken for one that is. */
const FILTERS = TYPES.flatMap((type) =>
  operatorsOf(type).flatMap((operator) => {
    const columns = type === 'timestamp' ? ['at', 'wall'] : type === 'decimal' ? ['price', 'ratio'] : [columnOf(type)];
    return columns.flatMap((column): Report[] => {
      const report = filteredBy(column, type, operator);
      const { filter } = report;
      return filter?.type === 'or'
        ? [
            { ...report, filter: filter.nodes[0]! },
            { ...report, filter: filter.nodes[1]! },
          ]
        : [];
    });
  }),
);

const AGGREGATES = TYPES.flatMap((type) =>
  aggregatesOf(type).map((aggregate): Report => {
    const dataType = aggregate.startsWith('count')
      ? 'integer'
      : aggregate === 'avg' && type === 'integer'
        ? 'decimal'
        : type;
    // Both databases write more digits of an average than anybody asked for, and not the same number of them.
    const format =
      aggregate === 'avg'
        ? { format: type === 'percent' ? '0.0000%' : type === 'currency' ? '¤EUR0.0000' : '0.0000' }
        : {};
    return {
      columns: [
        reportColumn('yes', 'boolean'),
        reportColumn(columnOf(type), dataType, { header: 'value', aggregate, ...format }),
      ],
      groupBy: ['yes'],
      sort: [{ header: 'yes', direction: 'descending' }],
    };
  }),
);

const GROUPS = TYPES.filter(isComparable).map((type): Report => ({
  columns: [
    reportColumn(columnOf(type), type),
    reportColumn('row', 'integer', { aggregate: 'max', header: 'last' }),
    reportColumn(null, 'integer', { aggregate: 'count' }),
  ],
  groupBy: [columnOf(type)],
  sort: [{ header: columnOf(type), direction: 'descending' }],
}));

const split = (header: string, into: 'files' | 'sheets', more: Report = {}): Report => ({
  ...ALL,
  splitBy: { header, into },
  ...more,
});

/** What a report may ask for, by the first column of the table in the reference. */
const CONSTRUCTS: Readonly<Record<string, readonly Report[]>> = {
  'Columns of every type, converted to every other that they may become': TYPES.map((type) =>
    sorted(conversionsOf(type).map((to) => reportColumn(columnOf(type), to, { header: to }))),
  ),
  'Filters with every operator, also negated': FILTERS,
  'Relative dates and parameters': [
    sorted([], {
      filter: {
        type: 'condition',
        column: 'day',
        operator: 'gte',
        operands: [{ type: 'literal', parameter: 'since', value: '2026-01-01' }],
      },
      parameters: [{ name: 'since', label: 'Since', dataType: 'date', defaultValue: '2026-01-01' }],
    }),
  ],
  'Every aggregate': [
    ...AGGREGATES,
    { columns: [reportColumn('n', 'integer', { aggregate: 'sum' })], groupBy: [] },
    { columns: [reportColumn(null, 'integer', { header: 'one', expression: '1' })], groupBy: [], sort: [] },
  ],
  'Grouping and sorting by columns of every type, NULL last': GROUPS,
  'A limit of rows': [{ ...ALL, rowLimit: 2 }],
  'Formats of numbers, in every language': [
    formatted('price', 'decimal', ['#,##0.00', '0', '0000.0', '0.0###', '#,##,##0.0'], 'en'),
    formatted('price', 'decimal', ['#,##0.00', '0.###'], 'de-CH'),
    formatted('n', 'integer', ['#,##0', '00000'], 'fr'),
    formatted('ratio', 'decimal', ['#,##0.00', '0.0000'], 'hi'),
    formatted('amount', 'currency', ['¤EUR\u00a0#,##0.00', '#,##0.00\u00a0¤EUR'], 'de'),
    formatted('share', 'percent', ['0.0%', '#,##0%'], 'ru'),
  ],
  'Formats of dates and times, in every language': [
    formatted('day', 'date', ['yyyy-MM-dd', 'd.M.yy', 'EEEE d MMMM yyyy', 'EEE, d MMM', 'LLLL'], 'de'),
    formatted('clock', 'time', ['HH:mm', 'h:mm a', 'HH:mm:ss.SSS'], 'en'),
    formatted('wall', 'timestamp', ['dd/MM/yyyy HH:mm', "yyyy 'at' h 'o''clock' a"], 'es'),
    formatted('at', 'timestamp', ['dd.MM.yyyy HH:mm:ss', 'EEE HH:mm:ss.SSS'], 'ja'),
  ],
  'Formats of truth values': [formatted('yes', 'boolean', ['yes/no'], 'en')],
  'Row numbers': [{ ...ALL, layout: { rowNumbers: true, totals: false, coverSheet: false } }],
  'A row of totals': [
    TOTALLED,
    { ...TOTALLED, layout: { rowNumbers: false, totals: true, coverSheet: false } },
    { ...TOTALLED, rowLimit: 3 },
    { ...TOTALLED, filter: { type: 'condition', column: 'row', operator: 'lt', operands: [literal('0')] } },
    { ...TOTALLED, output: DEFAULT_XLSX },
  ],
  'Files or sheets for each value of a column': [
    split('name', 'files'),
    split('price', 'files', { layout: { rowNumbers: true, totals: false, coverSheet: false } }),
    split('at', 'sheets', { output: DEFAULT_XLSX, sort: [{ header: 'at', direction: 'descending' }] }),
  ],
  'Calculations: `+`, `-`, `*`, `/`, `%`': [
    calculated('integer', ['n + 1 - 2 * 3', 'row - n', 'n * 4000000000', 'n % 4', '7 % n', '-big', 'row + n']),
    calculated('decimal', ['price * 1.609', 'price % 0.7', '-price', '0.1 + 0.2', '12345678901234567890 + row']),
    calculated('decimal', [
      'round(n / 2, 6)',
      'round(7 / n, 6)',
      'round(price / price, 3)',
      'round(row / (price * ratio), 9)',
    ]),
    calculated('decimal', ['round(ratio * 3, 2)', 'round(ratio * ratio - price, 3)']),
  ],
  'Calculations: comparisons, `and`, `or`, `not`, `is null`': [
    calculated('boolean', [
      ...['n > 0 and not yes or price is null', 'yes is not null', 'yes = true', 'price <> 0', 'true', 'big = n'],
      ...["name < 'b'", "name = 'a_%'", 'day >= to_date(at)', 'at = wall', 'clock > clock or day = day'],
    ]),
  ],
  'Calculations: `case`, `if`, `coalesce`, `nullif`, `greatest`, `least`': [
    calculated('decimal', [
      'round(case when n > 0 then 1 when n < 0 then 2.5 end, 1)',
      'round(greatest(n, price), 2)',
      'round(coalesce(price, 0), 2)',
    ]),
    calculated('integer', [
      'coalesce(null, n, 0)',
      'nullif(n, 7)',
      'nullif(null, n)',
      'least(n, 3, big)',
      'if(yes, n, null)',
    ]),
    calculated('string', ["if(yes, 'y', null)", "greatest(name, 'b', null)", "nullif(name, '')"]),
    calculated('date', ['greatest(day, to_date(at))', 'least(day, null, to_date(wall))']),
    calculated('boolean', ['coalesce(yes, false)', 'nullif(yes, false)']),
  ],
  'Calculations: `round`, `floor`, `ceil`, `abs`': [
    calculated('integer', ['round(price)', 'round(-2.5)', 'floor(price) + ceil(price)', 'abs(row - 3)']),
    calculated('decimal', ['round(price, 1)', 'round(price, -1)', 'abs(price)', 'abs(-ratio)', 'round(ratio, 2)']),
  ],
  'Calculations: `||`, `concat` and functions of texts': [
    calculated('string', [
      ...[
        "name || '-' || n || yes || day",
        'concat(name, n, yes, price, at, clock)',
        'upper(name)',
        'lower(name)',
        'trim(name)',
      ],
      ...['substring(name, 2)', 'substring(name, 2, 2)', 'substring(name, 2, -2)', 'substring(name, row - 3, 3)'],
      ...[
        'substring(name, 0)',
        'substring(name, -1, 3)',
        "replace(name, 'b', 'x''')",
        "replace(name, '', 'x')",
        "key || ''",
      ],
    ]),
    calculated('integer', ['length(name)']),
    calculated('boolean', [
      ...["contains(name, '''')", "contains(name, '%')", "contains(name, '')", "contains(name, 'A')"],
      ...["starts_with(name, ' A')", "starts_with(name, '')", "ends_with(name, '😀')", "ends_with(name, 'c')"],
    ]),
  ],
  'Calculations: functions of dates and times': [
    calculated('integer', [
      ...['year(day)', 'year(at)', 'quarter(day) * 10000 + month(day) * 100 + day(day)', 'weekday(day)', 'hour(at)'],
      ...['hour(clock) * 60 + minute(clock)', 'date_diff(wall, at)', 'date_diff(day, at)'],
    ]),
    calculated('date', ['date_add(to_date(wall), 1)', 'date_add(to_date(at), n % 3)', 'to_date(at)']),
    calculated('timestamp', ['date_add(at, 400)', 'date_add(wall, -2 - row)', 'date_add(wall, n % 3)']),
  ],
  'Calculations: `round` to a number of digits that is calculated': [calculated('decimal', ['round(price, row)'])],
  'Calculations: a product with more than 30 digits after the point': [
    calculated('decimal', ['price * 0.1234567890123456 * 0.1234567890123456']),
  ],
};

(isInstalled ? describe : describe.skip)('reports of MariaDB', () => {
  const page = readFileSync(join(__dirname, '../../../docs/reference/data-sources.md'), 'utf8');
  const table = [...page.matchAll(/^\| (\S.*?) +\| (yes|no) +\|$/gm)].map(
    ([, construct = '', works]) => [construct.replaceAll('\\|', '|'), works] as const,
  );
  let reports: TwinReports;

  beforeAll(async () => {
    reports = await TwinReports.open(TABLE, DATASET);
  });
  afterAll(() => reports.close());

  it('are in the reference, each kind of them', () => {
    expect(table.map(([construct]) => construct)).toEqual(Object.keys(CONSTRUCTS));
  });

  it.each(table.filter(([, works]) => works === 'yes').map(([construct]) => construct))(
    'say what those of PostgreSQL do: %s',
    async (construct) => {
      for (const report of CONSTRUCTS[construct] ?? []) {
        expect(byHeader(report, await reports.ofMariaDb(report))).toEqual(
          byHeader(report, await reports.ofPostgres(report)),
        );
      }
    },
  );

  it.each(table.filter(([, works]) => works === 'no').map(([construct]) => construct))(
    'are refused with a reason: %s',
    async (construct) => {
      for (const report of CONSTRUCTS[construct] ?? []) {
        await expect(reports.ofMariaDb(report)).rejects.toMatchObject({
          code: 'data_source.unsupported',
          message: expect.stringMatching(
            /^Data sources of MySQL and MariaDB cannot do this: .+\. Leave it out/,
          ) as string,
        });
        await expect(reports.ofPostgres(report)).resolves.toBeDefined();
      }
    },
  );
});

/** What each column holds, so that a difference tells of its column. */
function byHeader({ columns, layout }: Report, files: Awaited<ReturnType<TwinReports['ofMariaDb']>>) {
  const headers = [...(layout?.rowNumbers ? ['#'] : []), ...(columns ?? []).map(({ header }) => header)];
  return files.map(({ name, sheets }) => ({
    name,
    sheets: sheets.map(({ name: sheet, rows }) => ({
      sheet,
      values: headers.map((header, index) => [header, rows.map((values) => values[index])]),
    })),
  }));
}
