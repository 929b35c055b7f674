import { createPool, NotificationListener } from '#database';
import { PostgresEventStore } from '#event-store';
import { createLogger } from '#platform';
import { createTestDatabase } from '../../../../test/postgres/database';
import { StoreEventFeed } from '../store-event-feed';
import { parkingSuite } from '../testing/parking-suite';

parkingSuite("the store's feed", async () => {
  const database = await createTestDatabase({ migrated: true });
  const pool = createPool(database.url, { application: 'test', max: 8, onIdleError: () => undefined });
  const notifications = new NotificationListener(database.url, 'test');
  const store = new PostgresEventStore(pool, notifications);
  return {
    feed: new StoreEventFeed(store, { pool, notifications, logger: createLogger({ level: 'silent' }) }),
    store,
    pool,
    notifications,
    close: async () => {
      await notifications.close();
      await pool.end();
      await database.drop();
    },
  };
});
