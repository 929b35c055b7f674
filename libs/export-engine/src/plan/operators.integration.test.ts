import { PostgresDataSource } from '#data-sources';
import { aggregatesOf, DATA_TYPES, DEFAULT_CSV, isComparable, operatorsOf, selfServiceInput } from '#domain';
import type {
  Aggregate,
  DatasetDefinition,
  DataType,
  FilterNode,
  Operand,
  Operator,
  TemplateDefinition,
} from '#domain';
import { NOON, TEMPLATE_ID, datasetColumn, reportColumn, templateDefinition } from '#domain/testing';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { planExport } from './plan-export';

/** Three values of a type in their order, as literals of a filter and of SQL; a fourth row is NULL. */
interface Values {
  readonly databaseType: string;
  readonly literals: readonly [string, string, string];
  /** What aggregates give, as text without a format. */
  readonly sum?: string;
  readonly avg?: string;
}

const VALUES: Readonly<Record<DataType, Values>> = {
  string: { databaseType: 'text', literals: ['a_%', 'ab', 'b%'] },
  integer: { databaseType: 'bigint', literals: ['-5', '0', '9'], sum: '4', avg: '1.3333333333333333' },
  decimal: { databaseType: 'numeric', literals: ['-0.50', '0.1', '3'], sum: '2.60', avg: '0.86666666666666666667' },
  currency: { databaseType: 'money', literals: ['-0.50', '0.10', '3.00'], sum: '2.60', avg: '0.86666666666666666667' },
  percent: { databaseType: 'numeric', literals: ['-0.5', '0.1', '1'], sum: '60.0%', avg: '20.00000000000000000000%' },
  boolean: { databaseType: 'boolean', literals: ['false', 'true', 'true'] },
  date: { databaseType: 'date', literals: ['2026-10-31', '2026-11-01', '2026-12-01'] },
  time: { databaseType: 'time', literals: ['00:00:00', '07:30:00', '23:59:59.5'] },
  timestamp: {
    databaseType: 'timestamptz',
    literals: ['2026-10-31T22:59:59Z', '2026-10-31T23:00:00Z', '2026-11-30T23:00:00Z'],
  },
  duration: { databaseType: 'interval', literals: ['PT-1H', 'PT90M', 'P1DT2H'], sum: 'P1DT2H30M', avg: 'PT8H50M' },
  uuid: {
    databaseType: 'uuid',
    literals: ['1', '2', '3'].map((digit) => `a0000000-0000-4000-8000-00000000000${digit}`) as [string, string, string],
  },
  json: { databaseType: 'jsonb', literals: ['1', '"x"', '{}'] },
  array: { databaseType: 'int[]', literals: ['{}', '{1}', '{1,2}'] },
};

let database: TestDatabase;
let admin: Client;
let source: PostgresDataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  source = new PostgresDataSource({ connectionString: database.url }, { poolMax: 1, statementTimeoutMs: 10_000 });
  const names = DATA_TYPES.map((type) => `"${type}" ${VALUES[type].databaseType}`);
  await admin.query(`CREATE TABLE operands ("row" int, ${names.join(', ')})`);
  for (const row of [0, 1, 2]) {
    const literals = DATA_TYPES.map((type) => VALUES[type].literals[row]);
    const places = literals.map((_, index) => `$${index + 2}`);
    await admin.query(`INSERT INTO operands VALUES ($1, ${places.join(', ')})`, [row + 1, ...literals]);
  }
  await admin.query('INSERT INTO operands VALUES (4)');
});
afterAll(async () => {
  await source.close();
  await admin.end();
  await database.drop();
});

const DATASET: DatasetDefinition = {
  name: 'Operands',
  description: null,
  dataSource: 'here',
  relation: { schema: 'public', name: 'operands' },
  query: null,
  rowLimit: null,
  columns: [datasetColumn('row', 'integer'), ...DATA_TYPES.map((type) => datasetColumn(type, type))],
};

async function rowsOf(more: Partial<TemplateDefinition>): Promise<(string | null)[][]> {
  const definition = templateDefinition({ output: { ...DEFAULT_CSV, neutraliseFormulas: false }, ...more });
  const input = selfServiceInput({ templateId: TEMPLATE_ID, templateName: 'x', definition }, NOON, 'Europe/Berlin');
  const plan = planExport({
    report: { title: 'x', definition },
    input,
    dataset: DATASET,
    limits: { maxRows: 100, timeoutMs: 20_000 },
  });
  return source.rows(plan.select, { timeZone: plan.timeZone });
}

const november: Operand = { type: 'period', period: 'current', unit: 'month', count: 1 };

/** How an operator is asked, and the rows that answer: with the literals a, b and c of the rows 1, 2 and 3. */
const QUESTIONS: Readonly<
  Record<Operator, readonly [ask: (a: string, b: string, c: string) => (string | Operand)[], rows: number[]]>
> = {
  eq: [(_a, b) => [b], [2]],
  ne: [(_a, b) => [b], [1, 3]],
  lt: [(_a, b) => [b], [1]],
  lte: [(_a, b) => [b], [1, 2]],
  gt: [(_a, b) => [b], [3]],
  gte: [(_a, b) => [b], [2, 3]],
  between: [(a, b) => [a, b], [1, 2]],
  in: [(a, _b, c) => [a, c], [1, 3]],
  not_in: [(a, _b, c) => [a, c], [2]],
  contains: [() => ['_'], [1]],
  not_contains: [() => ['%'], [2]],
  starts_with: [() => ['a'], [1, 2]],
  ends_with: [() => ['%'], [1, 3]],
  is_null: [() => [], [4]],
  is_not_null: [() => [], [1, 2, 3]],
  during: [() => [november], [2]],
  not_during: [() => [november], [1, 3]],
};

it.each(DATA_TYPES.flatMap((type) => operatorsOf(type).map((operator) => [type, operator] as const)))(
  'a column of type %s can be asked %s',
  async (type, operator) => {
    const [ask, rows] = QUESTIONS[operator];
    const operands = ask(...VALUES[type].literals).map((operand): Operand =>
      typeof operand === 'string' ? { type: 'literal', parameter: null, value: operand } : operand,
    );
    const filter: FilterNode = { type: 'condition', column: type, operator, operands };
    const found = await rowsOf({
      columns: [reportColumn('row', 'integer')],
      filter,
      sort: [{ header: 'row', direction: 'ascending' }],
    });
    // Two rows of truth values are equal.
    const expected =
      type === 'boolean' && operator === 'eq' ? [2, 3] : type === 'boolean' && operator === 'ne' ? [1] : rows;
    expect(found.map(([row]) => Number(row))).toEqual(expected);
  },
);

it.each(DATA_TYPES.flatMap((type) => aggregatesOf(type).map((aggregate) => [type, aggregate] as const)))(
  'a column of type %s has the %s',
  async (type, aggregate) => {
    const { literals, sum, avg } = VALUES[type];
    const results: Readonly<Record<Aggregate, string | undefined>> = {
      count: '3',
      count_distinct: type === 'boolean' ? '2' : '3',
      sum,
      avg,
      min: literals[0],
      max: literals[2],
    };
    const natural = aggregate.startsWith('count')
      ? 'integer'
      : aggregate === 'avg' && type === 'integer'
        ? 'decimal'
        : type;
    const [row] = await rowsOf({ columns: [reportColumn(type, natural, { aggregate })], groupBy: [] });
    expect(row![0]).toBe(asWritten(type, aggregate, results[aggregate]!));
  },
);

/** Least and greatest values have the text form of their type. */
function asWritten(type: DataType, aggregate: Aggregate, text: string): string {
  if (aggregate !== 'min' && aggregate !== 'max') return text;
  if (type === 'percent') return aggregate === 'min' ? '-50.0%' : '100%';
  return type === 'timestamp' ? (aggregate === 'min' ? '2026-10-31 23:59:59' : '2026-12-01 00:00:00') : text;
}

it.each(DATA_TYPES.filter(isComparable))(
  'rows are grouped and sorted by a column of type %s, NULL last',
  async (type) => {
    const groups = await rowsOf({
      columns: [reportColumn(type, type), reportColumn('row', 'integer', { aggregate: 'max', header: 'last' })],
      groupBy: [type],
      sort: [{ header: type, direction: 'descending' }],
    });
    expect(groups.map(([, last]) => Number(last))).toEqual(type === 'boolean' ? [3, 1, 4] : [3, 2, 1, 4]);
  },
);
