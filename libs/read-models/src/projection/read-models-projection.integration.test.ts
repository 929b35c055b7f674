import { createPool, type Pool } from '#database';
import { CheckpointMoved, START, STORE_SOURCE } from '#event-sourcing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { applyAll, contentsOf, History, interleaved, READ_MODEL_TABLES, sampleHistory } from '../testing';
import { ReadModelsProjection } from './read-models-projection';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  pool = createPool(database.url, { application: 'test', max: 5, onIdleError: () => undefined });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  const tables = READ_MODEL_TABLES.map((table) => `read_model.${table}`).join(', ');
  await pool.query(`TRUNCATE event_feed.checkpoint, ${tables}`);
});

const { events } = sampleHistory();

async function rowsAfter(batchSize: number, order = events) {
  await applyAll(new ReadModelsProjection(pool), order, batchSize);
  return contentsOf(pool);
}

it('gives the same rows whatever the size of the batches', async () => {
  const whole = await rowsAfter(1000);
  expect(Object.values(whole).map((rows) => rows.length)).toEqual([1, 2, 4, 1, 2, 2, 5, 6, 4]);
  for (const size of [1, 2, 7]) {
    await pool.query(`TRUNCATE event_feed.checkpoint, ${READ_MODEL_TABLES.map((t) => `read_model.${t}`).join(', ')}`);
    expect(await rowsAfter(size)).toEqual(whole);
  }
});
