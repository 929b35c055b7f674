import { BEN, CARA, mysqlSource, postgresSource, SALES_ID } from '#domain/testing';
import { dataSourceIdOf, streamOf } from '#domain';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { filledDatabase, idOf, minute, sampleHistory, walk, type FilledDatabase } from '../testing';
import { DataSourceQueries } from './data-source-queries';

const RETIRED = dataSourceIdOf('archive');

let database: TestDatabase;
let filled: FilledDatabase;
let queries: DataSourceQueries;

beforeAll(async () => {
  const history = sampleHistory();
  for (const name of ['stock', 'archive']) {
    const dataSourceId = dataSourceIdOf(name);
    history.add(streamOf('datasource', dataSourceId), {
      type: 'DataSourceRegistered',
      dataSourceId,
      name,
      definition: postgresSource(),
      secretId: idOf(name),
      by: BEN,
      at: minute(1),
    });
  }
  history.add(streamOf('datasource', RETIRED), {
    type: 'DataSourceRetired',
    dataSourceId: RETIRED,
    by: BEN,
    at: minute(2),
  });
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  queries = new DataSourceQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

it('shows a data source as its events left it, registered anew', async () => {
  expect(await queries.get(SALES_ID)).toEqual({
    dataSourceId: SALES_ID,
    name: 'sales',
    description: 'Monthly',
    blackouts: [],
    kind: 'file',
    postgres: null,
    mysql: null,
    file: { folder: 'monthly' },
    hasSecret: false,
    status: 'active',
    revision: 3,
    registeredBy: CARA,
    createdAt: minute(44),
    updatedAt: minute(44),
  });
  expect(await queries.get('nothing')).toBeNull();
});

it('lists by name, in pages, filtered', async () => {
  const names = async (filter: object, limit = 10) =>
    (await walk((page) => queries.list({ ...filter, ...page }), limit)).map(({ name }) => name);
  expect(await names({})).toEqual(['archive', 'sales', 'shop', 'stock']);
  expect(await names({}, 1)).toEqual(['archive', 'sales', 'shop', 'stock']);
  expect(await names({ status: 'retired' })).toEqual(['archive']);
  expect(await names({ search: 'ALE' })).toEqual(['sales']);
});

it('tells what a connection is made of, of active ones alone', async () => {
  expect(await queries.active('stock')).toEqual({
    dataSourceId: dataSourceIdOf('stock'),
    revision: 0,
    kind: 'postgres',
    postgres: postgresSource().postgres,
    mysql: null,
    file: null,
    secretId: idOf('stock'),
  });
  expect(await queries.active('shop')).toMatchObject({
    kind: 'mysql',
    postgres: null,
    mysql: mysqlSource({ maxConnections: 3 }).mysql,
    file: null,
  });
  expect(await queries.active('archive')).toBeNull();
  expect(await queries.active('nothing')).toBeNull();
});

it('forgets the secret of what is retired', async () => {
  expect(await queries.get(RETIRED)).toMatchObject({ status: 'retired', hasSecret: false, revision: 1 });
});
