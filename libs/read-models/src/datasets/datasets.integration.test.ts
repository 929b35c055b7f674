import { NO_RELATION } from '#domain';
import { CARA, FLIGHTS } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { DATASET, filledDatabase, idOf, minute, sampleHistory, walk, type FilledDatabase } from '../testing';
import { DatasetQueries } from './dataset-queries';

let database: TestDatabase;
let filled: FilledDatabase;
let queries: DatasetQueries;

beforeAll(async () => {
  const history = sampleHistory();
  for (const name of ['Zip codes', 'Movies', 'Bird strikes']) {
    const source = name === 'Movies' ? { relation: NO_RELATION, query: 'SELECT 1 AS a' } : {};
    const datasetId = idOf(name);
    history.add(`dataset-${datasetId}`, {
      type: 'DatasetRegistered',
      datasetId,
      definition: { ...FLIGHTS, name, ...source },
      by: CARA,
      at: minute(1),
    });
  }
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  queries = new DatasetQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

it('shows a dataset as its events left it', async () => {
  expect(await queries.get(DATASET)).toEqual({
    datasetId: DATASET,
    name: 'All flights',
    description: 'since 2001',
    dataSource: 'sample',
    relation: { schema: 'public', name: 'flights' },
    query: null,
    columns: FLIGHTS.columns,
    rowLimit: null,
    status: 'retired',
    revision: 3,
    registeredBy: CARA,
    createdAt: minute(0),
    updatedAt: minute(50),
  });
  expect(await queries.get('nothing')).toBeNull();
});

it('shows the query in place of a relation', async () => {
  expect(await queries.get(idOf('Movies'))).toMatchObject({ relation: null, query: 'SELECT 1 AS a' });
});

it('lists by name, in pages, filtered', async () => {
  const names = async (filter: object, limit = 10) =>
    (await walk((page) => queries.list({ ...filter, ...page }), limit)).map(({ name }) => name);
  expect(await names({})).toEqual(['All flights', 'Bird strikes', 'Movies', 'Zip codes']);
  expect(await names({}, 1)).toEqual(['All flights', 'Bird strikes', 'Movies', 'Zip codes']);
  expect(await names({ status: 'active' })).toEqual(['Bird strikes', 'Movies', 'Zip codes']);
  expect(await names({ search: 'STRIKE' })).toEqual(['Bird strikes']);
});
