import fc from 'fast-check';
import { statementText, type Statement } from '#data-sources';
import { readExpression, type DatasetColumn, type DataType } from '#domain';
import { datasetColumn, reportColumn } from '#domain/testing';
import { TableReports } from '../testing/table-reports';
import { expressionSql } from './expression-sql';

const TABLE = `
  CREATE TABLE report_rows (
    id int PRIMARY KEY, "Code name" text, n int, big bigint, price numeric(12, 2), ratio float8, yes boolean,
    day date, clock time, at timestamptz, wall timestamp, key uuid, doc json);
  INSERT INTO report_rows VALUES
    (1, ' Ab''c ', 7, 3000000000, 12.50, 0.1, true, '2024-02-29', '07:30', '2026-03-29T00:30Z', '2026-03-29 23:59:59.5',
       '5f0c1a9e-0000-4000-8000-000000000001', '{}'),
    (2, '', 0, -1, -0.05, 'NaN', false, '0001-01-01 BC', '23:59:59.5', '1999-12-31T23:59Z', '2000-01-01', NULL, '1'),
    (3, 'ünï 😀', -2147483648, 9223372036854775807, 0, 'Infinity', NULL, 'infinity', '00:00', '-infinity', 'infinity', NULL, '2'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`;

const COLUMNS: readonly DatasetColumn[] = [
  datasetColumn('id', 'integer'),
  datasetColumn('Code name', 'string'),
  datasetColumn('n', 'integer'),
  datasetColumn('big', 'integer'),
  datasetColumn('price', 'decimal'),
  datasetColumn('ratio', 'decimal'),
  datasetColumn('yes', 'boolean'),
  datasetColumn('day', 'date'),
  datasetColumn('clock', 'time'),
  datasetColumn('at', 'timestamp'),
  datasetColumn('wall', 'timestamp'),
  datasetColumn('key', 'uuid'),
];

let reports: TableReports;

beforeAll(async () => {
  reports = await TableReports.open(TABLE, COLUMNS);
});
afterAll(() => reports.close());

/** What the database computes for each row, as text. */
async function computed(select: string, values: readonly string[] = []): Promise<(string | null)[]> {
  await reports.admin.query(`SET TimeZone = 'Europe/Berlin'`);
  const { rows } = await reports.admin.query<{ value: string | null }>(
    `SELECT (${select})::text AS value FROM report_rows ORDER BY id`,
    [...values],
  );
  return rows.map(({ value }) => value);
}

function compiled(source: string): Statement {
  const reading = readExpression(source, new Map(COLUMNS.map((column) => [column.name, column])));
  if (!reading.ok) throw new Error(reading.message);
  return expressionSql(reading.expression);
}

async function evaluated(source: string): Promise<(string | null)[]> {
  const statement = compiled(source);
  return computed(statementText(statement), statement.values);
}

describe('an expression computes what the same by hand does', () => {
  it.each([
    ['n + 1 - 2 * 3', 'n::numeric + 1 - 2 * 3'],
    ['id - n', 'id - n::numeric'],
    ['n * 4000000000', 'n::numeric * 4000000000'],
    ['n / 2', 'n::numeric / 2'],
    ['7 / n', 'CASE WHEN n <> 0 THEN 7::numeric / n END'],
    ['price / price', 'CASE WHEN price <> 0 THEN price / price END'],
    ['n % 4', 'n % 4'],
    ['7 % n', 'CASE WHEN n <> 0 THEN 7 % n END'],
    ['price % 0.7', 'price % 0.7'],
    ['-price', '0 - price'],
    ['0.1 + 0.2', '0.3'],
    ['ratio * 3', 'ratio::numeric * 3'],
    ['price * 1.609', 'price * 1.609'],
    ['12345678901234567890 + id', '12345678901234567890 + id'],
    ['n > 0 and not yes or price is null', 'n > 0 AND yes = false OR price IS NULL'],
    ['yes is not null', 'yes IS NOT NULL'],
    ['yes = true', 'yes'],
    ['price <> 0', 'price != 0'],
    ["[Code name] < 'b'", `"Code name" < 'b'`],
    ['day >= to_date(at)', `day >= at::date`],
    ['at = wall', 'at::timestamp = wall'],
    ["[Code name] || '-' || n || yes || day", `"Code name" || '-' || n::text || yes::text || day::text`],
    ['concat([Code name], n, yes, price, at)', `concat("Code name", n, yes::text, price, at::timestamp)`],
    ['case when n > 0 then 1 when n < 0 then 2.5 end', 'CASE WHEN n > 0 THEN 1 WHEN n < 0 THEN 2.5 END'],
    ["if(yes, 'y', null)", `CASE WHEN yes THEN 'y' END`],
    ['coalesce(null, n, 0)', 'coalesce(n, 0)'],
    ['nullif(n, 7)', 'CASE WHEN n <> 7 THEN n END'],
    ['nullif(null, n)', 'NULL'],
    ['greatest(n, price)', 'CASE WHEN n > price THEN n ELSE price END'],
    ['least(n, 3, big)', 'least(n, 3, big)'],
    ['round(price)', 'round(price)'],
    ['round(price, 1)', 'round(price, 1)'],
    ['round(price, -1)', 'round(price, -1)'],
    ['round(-2.5)', '-3'],
    ['floor(price) + ceil(price)', 'floor(price) + ceil(price)'],
    [
      'abs(price) + abs(id - 3)',
      'CASE WHEN price < 0 THEN -price ELSE price END + CASE WHEN id < 3 THEN 3 - id ELSE id - 3 END',
    ],
    ['upper([Code name])', `upper("Code name")`],
    ['lower([Code name])', `lower("Code name")`],
    ['trim([Code name])', `trim(both ' ' from "Code name")`],
    ['length([Code name])', `char_length("Code name")`],
    ['substring([Code name], 2)', `substring("Code name" from 2)`],
    ['substring([Code name], 2, 2)', `substring("Code name" from 2 for 2)`],
    ['substring([Code name], 2, -2)', `substring("Code name" from 2 for 0)`],
    ["replace([Code name], 'b', 'x''')", `replace("Code name", 'b', 'x''')`],
    ["contains([Code name], '''')", `"Code name" LIKE '%''%'`],
    ["contains([Code name], '%')", `"Code name" LIKE '%\\%%'`],
    ["starts_with([Code name], ' A')", `"Code name" LIKE ' A%'`],
    ["ends_with([Code name], '😀')", `"Code name" LIKE '%😀'`],
    ["ends_with([Code name], 'c')", `"Code name" LIKE '%c'`],
    ['year(day)', `CASE WHEN isfinite(day) THEN extract(year FROM day) END`],
    ['year(at)', `CASE WHEN isfinite(at) THEN extract(year FROM at) END`],
    [
      'quarter(day) * 10000 + month(day) * 100 + day(day)',
      `to_char(day, 'Q')::int * 10000 + to_char(day, 'MMDD')::int`,
    ],
    ['weekday(day)', `to_char(day, 'ID')::int`],
    [
      'hour(clock) * 60 + minute(clock)',
      `to_char(clock::interval, 'HH24')::int * 60 + to_char(clock::interval, 'MI')::int`,
    ],
    ['hour(at)', `to_char(at, 'HH24')::int`],
    ['date_diff(wall, at)', 'CASE WHEN isfinite(at) AND isfinite(wall) THEN at::date - wall::date END'],
    ['date_add(day, 1)', 'day + 1'],
    ['date_add(at, n % 3)', `at::timestamp + make_interval(days => n % 3)`],
    ['to_date(at)', `(at AT TIME ZONE 'Europe/Berlin')::date`],
    ["key || ''", 'key::text'],
  ])('%s', async (source, byHand) => {
    expect(await evaluated(source)).toEqual(await computed(byHand));
  });
});

it('random sums, products and remainders are exact to the last digit', async () => {
  const number = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
  type Sum = readonly [source: string, value: bigint];
  const sums: fc.Arbitrary<Sum> = fc.letrec<{ sum: Sum }>((tie) => ({
    sum: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'sum' },
      number.map((value): Sum => [`(${value}.0)`, value]),
      fc
        .tuple(tie('sum'), fc.constantFrom('+', '-', '*'), tie('sum'))
        .map(([[left, a], operator, [right, b]]): Sum => [
          `(${left} ${operator} ${right})`,
          operator === '+' ? a + b : operator === '-' ? a - b : a * b,
        ]),
    ),
  })).sum;
  const cases = fc.sample(sums, { numRuns: 60, seed: 20261123 });
  for (const [source, value] of cases) {
    const [first] = await evaluated(`round(${source}, 0) || ''`);
    expect(first).toBe(value.toString());
  }
});

describe('a value that cannot be computed', () => {
  it.each([
    ['big + 1', 'integer'],
    ['n * 4000000000 * 4000000000', 'integer'],
    ['round(ratio)', 'integer'],
    ['date_add(day, 2147483647)', 'date'],
    ['date_add(day, 2147483648)', 'date'],
  ] as const)('ends the export with a code that stays: %s', async (expression, dataType: DataType) => {
    const columns = [reportColumn(null, dataType, { header: 'Value', expression })];
    await expect(reports.run({ columns })).rejects.toMatchObject({
      code: 'data_source.value_invalid',
      transient: false,
      message: expect.stringMatching(/^A value cannot be converted or computed: .+\.$/) as string,
    });
    expect(await reports.world.filesLeft()).toEqual([]);
  });
});
