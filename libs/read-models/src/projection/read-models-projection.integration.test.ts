import { createPool, type Pool } from '#database';
import { CheckpointMoved, STORE_SOURCE, type RecordedEvent } from '#event-sourcing';
import { ANNA } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { applyAll, contentsOf, History, idOf, interleaved, minute, READ_MODEL_TABLES, sampleHistory } from '../testing';
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
beforeEach(() => empty());

const { events } = sampleHistory();

async function empty(): Promise<void> {
  const tables = READ_MODEL_TABLES.map((table) => `read_model.${table}`).join(', ');
  await pool.query(`TRUNCATE event_feed.checkpoint, ${tables}`);
}

async function rowsAfter(order: readonly RecordedEvent[], batchSize: number) {
  await empty();
  await applyAll(new ReadModelsProjection(pool), order, batchSize);
  return contentsOf(pool);
}

it('gives the same rows whatever the size of the batches', async () => {
  const whole = await rowsAfter(events, 1000);
  expect(Object.values(whole).map((rows) => rows.length)).toEqual([2, 1, 2, 2, 4, 1, 2, 2, 5, 6, 4, 2, 1, 2, 2, 3]);
  for (const size of [1, 2, 7]) expect(await rowsAfter(events, size)).toEqual(whole);
});

it('gives the same rows however the streams are interleaved', async () => {
  const whole = await rowsAfter(events, 1000);
  for (const seed of [1, 2, 3, 4, 5]) expect(await rowsAfter(interleaved(events, seed), 3)).toEqual(whole);
});

it('is not changed by repeats, of everything or of any stretch', async () => {
  const whole = await rowsAfter(events, 5);
  await applyAll(new ReadModelsProjection(pool), events, 4);
  expect(await contentsOf(pool)).toEqual(whole);
  for (const from of [0, 5, 11, 20]) await applyAll(new ReadModelsProjection(pool), events.slice(from, from + 9), 9);
  expect(await contentsOf(pool)).toEqual(whole);
});

it('takes news behind repeats in one batch', async () => {
  const whole = await rowsAfter(events, 1000);
  await empty();
  await applyAll(new ReadModelsProjection(pool), events.slice(0, 25), 25);
  await applyAll(new ReadModelsProjection(pool), events, 1000);
  expect(await contentsOf(pool)).toEqual(whole);
});

it('applies a batch once when two instances have it at the same time', async () => {
  const previous = { position: 0n, offset: null };
  const batch = { source: STORE_SOURCE, events, previous, checkpoint: { position: 99n, offset: null } };
  const outcomes = await Promise.allSettled([1, 2].map(() => new ReadModelsProjection(pool).handle(batch)));
  const refusals = outcomes.filter(({ status }) => status === 'rejected');
  expect(refusals).toEqual([{ status: 'rejected', reason: expect.any(CheckpointMoved) }]);
  expect(await new ReadModelsProjection(pool).load(STORE_SOURCE)).toEqual({ position: 99n, offset: null });
  expect((await contentsOf(pool)).job_request).toHaveLength(5);
});

it('changes nothing, the checkpoint included, when a batch cannot be applied', async () => {
  const [created] = events;
  const broken = { ...created!, data: { ...(created!.data as object), datasetId: 'no uuid' } };
  await expect(applyAll(new ReadModelsProjection(pool), [...events.slice(3), broken], 1000)).rejects.toThrow('uuid');
  expect(await new ReadModelsProjection(pool).load(STORE_SOURCE)).toBeNull();
  expect(Object.values(await contentsOf(pool)).flat()).toEqual([]);
});

it('is not stopped by characters that PostgreSQL cannot store', async () => {
  const history = new History();
  const dataset = idOf('strange');
  const definition = {
    name: 'half \ud83d of \\u0000 a \u0000 pair, whole \ud83d\ude00',
    description: null,
    dataSource: 'sample',
    relation: { schema: 'public', name: 'flights' },
    query: null,
    columns: [],
    rowLimit: null,
  };
  history.add('dataset-strange', {
    type: 'DatasetRegistered',
    datasetId: dataset,
    definition,
    by: ANNA,
    at: minute(0),
  });
  const { dataset: rows } = await rowsAfter(history.events, 10);
  expect(rows).toMatchObject([{ name: 'half \ufffd of \\u0000 a \ufffd pair, whole \ud83d\ude00' }]);
});

it('writes another schema when told to, with a checkpoint of its own', async () => {
  await pool.query('CREATE SCHEMA "rebuild ""2"""');
  for (const table of READ_MODEL_TABLES) {
    await pool.query(`CREATE TABLE "rebuild ""2"""."${table}" (LIKE read_model."${table}" INCLUDING ALL)`);
  }
  await applyAll(new ReadModelsProjection(pool, { schema: 'rebuild "2"', group: 'rebuild' }), events, 7);
  expect((await pool.query('SELECT 1 FROM "rebuild ""2""".job_request')).rowCount).toBe(5);
  expect(Object.values(await contentsOf(pool)).flat()).toEqual([]);
  expect(await new ReadModelsProjection(pool).load(STORE_SOURCE)).toBeNull();
});
