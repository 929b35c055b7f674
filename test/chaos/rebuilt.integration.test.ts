import { createPool, NotificationListener } from '#database';
import type { RecordedEvent } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import { filledDatabase, sampleHistory } from '#read-models/testing';
import { createTestDatabase } from '../postgres/database';
import { differencesFromRebuild } from './rebuilt';

/** Stores the events one by one, in their order, and gives them as they were stored. */
async function store(url: string, events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
  const pool = createPool(url, { application: 'test', max: 4, onIdleError: () => undefined });
  const notifications = new NotificationListener(url, 'test');
  const eventStore = new PostgresEventStore(pool, notifications);
  try {
    for (const { streamId, revision, id, type, data, metadata } of events) {
      const expected = revision === 0 ? 'no-stream' : revision - 1;
      await eventStore.append({ streamId, expected, events: [{ id, type, data, metadata }] });
    }
    const { events: stored } = await eventStore.readAll({ after: 0n, limit: 10_000 });
    return stored;
  } finally {
    await notifications.close();
    await pool.end();
  }
}

it('finds nothing in read models that follow from the events, and every row that does not', async () => {
  const database = await createTestDatabase({ migrated: true });
  const live = await filledDatabase(database.url, await store(database.url, sampleHistory().events));
  try {
    expect(await differencesFromRebuild(database.url)).toEqual([]);

    await live.pool.query(`UPDATE read_model.job_request SET status = 'running' WHERE status = 'completed'`);
    await live.pool.query('DELETE FROM read_model.template_job_mapping');
    const differences = await differencesFromRebuild(database.url, 0);
    expect(differences.map((difference) => difference.split(' has ')[0]).sort()).toEqual([
      'job_request',
      'job_request',
      'template_job_mapping',
    ]);
  } finally {
    await live.close();
    await database.drop();
  }
});
