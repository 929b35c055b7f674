import { once } from 'node:events';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { openSlowWay, type SlowWay } from '../../../../test/postgres/slow-way';
import { sql } from '../statement';
import { PostgresDataSource } from './postgres-data-source';

let database: TestDatabase;
let way: SlowWay;
let source: PostgresDataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  way = await openSlowWay(database.url);
  source = new PostgresDataSource({ connectionString: way.url }, { poolMax: 1, statementTimeoutMs: 20_000 });
});
afterAll(async () => {
  await source.close();
  way.close();
  await database.drop();
});

it.each([
  ['has ended', sql`SELECT 1`, 'COMMIT'],
  ['has failed', sql`SELECT 1 / 0`, 'ROLLBACK'],
])('closes after its transaction, also when the reader goes away just when the query %s', async (_, select, last) => {
  const ending = way.holdUp(last);
  const stream = await source.copyOut(select, { type: 'text' }, {});
  await ending;
  const order: string[] = [];
  const closed = once(stream, 'close').then(() => order.push('closed'));
  stream.destroy();
  await new Promise((turn) => setImmediate(turn));
  order.push(last);
  way.passOn();
  await closed;
  expect(order).toEqual([last, 'closed']);
});
