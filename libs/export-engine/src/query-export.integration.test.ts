import { DataSourceError } from '#data-sources';
import { DEFAULT_CSV, NO_RELATION, selfServiceInput, type DatasetDefinition, type TemplateDefinition } from '#domain';
import { datasetColumn, NOON, reportColumn, TEMPLATE_ID, templateDefinition } from '#domain/testing';
import { datasetDrift } from './dataset-drift';
import { ExportFailure } from './export-failure';
import { openExportWorld, type ExportWorld } from './testing/export-world';

let world: ExportWorld;

beforeAll(async () => {
  world = await openExportWorld();
  await world.admin.query(`
    CREATE TABLE region (id int PRIMARY KEY, label text);
    CREATE TABLE sale (region_id int, day date, total numeric);
    INSERT INTO region VALUES (1, 'North'), (2, 'South'), (3, 'East');
    INSERT INTO sale VALUES (1, '2026-01-01', 10), (1, '2026-01-02', 2.5), (2, '2026-01-01', 7), (3, '2026-01-03', 100);
    CREATE FUNCTION later_volatile() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'`);
});
afterAll(() => world.close());

const SALES: DatasetDefinition = {
  name: 'Sales',
  description: null,
  dataSource: 'here',
  relation: NO_RELATION,
  query: `
    -- 100 % of them
    WITH named AS (SELECT label, day, total FROM sale JOIN region ON id = region_id)
    SELECT label AS region, day, total FROM named; -- and no more`,
  columns: [datasetColumn('region', 'string'), datasetColumn('day', 'date'), datasetColumn('total', 'decimal')],
  rowLimit: null,
};

async function csvOf(more: Partial<TemplateDefinition>, dataset = SALES): Promise<string> {
  const definition = templateDefinition({ sort: [], filter: null, groupBy: null, ...more, output: DEFAULT_CSV });
  const input = selfServiceInput({ templateId: TEMPLATE_ID, templateName: 'Sales', definition }, NOON, 'UTC');
  return (await world.fileOf(await world.process(input, dataset))).toString().replace(/^\uFEFF/, '');
}

const failure = (query: string) =>
  csvOf({ columns: [reportColumn('region', 'string')] }, { ...SALES, query }).catch((error: unknown) => error);

it('exports a query filtered, sorted and grouped', async () => {
  const csv = await csvOf({
    columns: [
      reportColumn('region', 'string'),
      reportColumn('total', 'decimal', { header: 'Total', aggregate: 'sum' }),
    ],
    filter: {
      type: 'condition',
      column: 'total',
      operator: 'lt',
      operands: [{ type: 'literal', parameter: null, value: '100' }],
    },
    groupBy: ['region'],
    sort: [{ header: 'Total', direction: 'descending' }],
  });
  expect(csv).toBe('region,Total\r\nNorth,12.5\r\nSouth,7\r\n');
});

it('vets the query before each run, not only when it is registered', async () => {
  const query = 'SELECT label AS region FROM region WHERE later_volatile() = 1 AND id = 1';
  const dataset = { ...SALES, query };
  const columns = [reportColumn('region', 'string')];
  expect(await csvOf({ columns }, dataset)).toBe('region\r\nNorth\r\n');
  await world.admin.query('ALTER FUNCTION later_volatile() VOLATILE');
  const error = await failure(query);
  expect(error).toBeInstanceOf(ExportFailure);
  expect(error).toMatchObject({
    code: 'template.invalid',
    transient: false,
    problems: [{ code: 'dataset.query_invalid', pointer: '/datasetId' }],
  });
});

it.each([
  ["SELECT 'x' AS region) AS x; DELETE FROM region; --", /syntax error/],
  ['WITH gone AS (DELETE FROM region RETURNING label) SELECT label AS region FROM gone', /DELETE writes/],
  ["SELECT pg_read_file('/etc/passwd') AS region", /pg_read_file is a volatile function/],
  ['SELECT region FROM dropped', /relation "dropped" does not exist/],
])('never runs %s', async (query, message) => {
  const error = await failure(query);
  expect(error).toMatchObject({ code: 'template.invalid', problems: [{ code: 'dataset.query_invalid' }] });
  expect((error as ExportFailure).message).toMatch(message);
  expect((await world.admin.query('SELECT FROM region')).rowCount).toBe(3);
});

it('says what is wrong with a column that the query gives no more', async () => {
  expect(await failure('SELECT day AS region FROM sale')).toBe(
    'region\r\n2026-01-01\r\n2026-01-02\r\n2026-01-01\r\n2026-01-03\r\n',
  );
  expect(await failure('SELECT day FROM sale')).toMatchObject({ problems: [{ code: 'dataset.column_missing' }] });
});

it('counts a refused query as drift', () => {
  const refusal = new DataSourceError('data_source.query_refused', 'The query is refused: it is empty.');
  expect(datasetDrift(SALES, refusal)).toEqual([
    {
      code: 'dataset.query_invalid',
      column: null,
      breaking: true,
      message: 'The query of the dataset "Sales" does not run any more. The query is refused: it is empty.',
    },
  ]);
});
