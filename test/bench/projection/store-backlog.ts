import { CURRENT_VERSIONS, upcast } from '#contracts';
import { createPool, NotificationListener } from '#database';
import { VersionedEventStore } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import type { BenchContext } from '../harness/bench';
import { executeSql } from '../harness/postgres';
import { backlog, type BacklogSize } from './backlog';

/** Stores a backlog in a migrated database. */
export async function storeBacklog(url: string, size: BacklogSize, { cleanup }: BenchContext): Promise<void> {
  const pool = createPool(url, { application: 'bench', max: 4, onIdleError: () => undefined });
  const notifications = new NotificationListener(url, 'bench notifications');
  const stored = new PostgresEventStore(pool, notifications);
  const store = new VersionedEventStore(stored, { current: CURRENT_VERSIONS, upcast });
  const close = async (): Promise<void> => {
    await store.close();
    await notifications.close();
    await pool.end();
  };
  const forget = cleanup.add('the event store', close);
  for (const batch of backlog(size)) {
    const outcomes = await store.appendMany(batch);
    if (outcomes.some(({ ok }) => !ok)) throw new Error('the store refused an event of the backlog');
  }
  forget();
  await close();
  await executeSql(url, 'VACUUM ANALYZE event_store.event');
}
