import { createPool, NotificationListener, transaction, type Pool } from '#database';
import { CheckpointMoved, STORE_SOURCE, type FeedBatch } from '#event-sourcing';
import { eventFeedConformance } from '#event-sourcing/testing';
import { PostgresEventStore } from '#event-store';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { loadCheckpoint, moveCheckpoint } from './checkpoints';
import { FeedProgress } from './progress';
import { StoreEventFeed } from './store-event-feed';

eventFeedConformance('the store of PostgreSQL', async () => {
  const database = await createTestDatabase({ migrated: true });
  const pool = createPool(database.url, { application: 'test', max: 8, onIdleError: () => undefined });
  const notifications = new NotificationListener(database.url, 'test');
  const store = new PostgresEventStore(pool, notifications);
  return {
    feed: new StoreEventFeed(store),
    store,
    close: async () => {
      await notifications.close();
      await pool.end();
      await database.drop();
    },
  };
});

describe('checkpoints in PostgreSQL', () => {
  let database: TestDatabase;
  let pool: Pool;
  let notifications: NotificationListener;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: true });
    pool = createPool(database.url, { application: 'test', max: 5, onIdleError: () => undefined });
    notifications = new NotificationListener(database.url, 'test');
  });
  afterAll(async () => {
    await notifications.close();
    await pool.end();
    await database.drop();
  });

  function batch(from: bigint, to: bigint): FeedBatch {
    return {
      source: STORE_SOURCE,
      events: [],
      previous: { position: from, offset: null },
      checkpoint: { position: to, offset: null },
    };
  }

  const move = (group: string, from: bigint, to: bigint): Promise<void> =>
    transaction(pool, (client) => moveCheckpoint(client, group, batch(from, to)));

  it('moves from one position to the next, and is null for a group never seen', async () => {
    expect(await loadCheckpoint(pool, 'mover', STORE_SOURCE)).toBeNull();
    await move('mover', 0n, 5n);
    await move('mover', 5n, 9n);
    expect(await loadCheckpoint(pool, 'mover', STORE_SOURCE)).toEqual({ position: 9n, offset: null });
  });

  it('lets only one of two instances move from the same position', async () => {
    const both = await Promise.allSettled([move('rival', 0n, 5n), move('rival', 0n, 7n)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(move('rival', 0n, 8n)).rejects.toThrow(CheckpointMoved);
  });

  it('does not come back when it was deleted under a running instance, which then begins anew', async () => {
    await move('deleted', 0n, 5n);
    await pool.query("DELETE FROM event_feed.checkpoint WHERE group_name = 'deleted'");
    await expect(move('deleted', 5n, 8n)).rejects.toThrow(CheckpointMoved);
    expect(await loadCheckpoint(pool, 'deleted', STORE_SOURCE)).toBeNull();
    await move('deleted', 0n, 3n);
  });

  it('stays where it was when the transaction fails', async () => {
    await move('careful', 0n, 5n);
    const failing = transaction(pool, async (client) => {
      await moveCheckpoint(client, 'careful', batch(5n, 6n));
      throw new Error('the projection failed');
    });
    await expect(failing).rejects.toThrow('the projection failed');
    expect((await loadCheckpoint(pool, 'careful', STORE_SOURCE))?.position).toBe(5n);
  });

  it('tells a waiting query when a position is reached, and when its time ran out', async () => {
    const progress = new FeedProgress(pool);
    await progress.start(notifications);
    const reached = progress.reached('awaited', STORE_SOURCE, 3n, 10_000);
    await move('awaited', 0n, 2n);
    await move('awaited', 2n, 4n);
    expect(await reached).toBe(true);
    expect(await progress.reached('awaited', STORE_SOURCE, 4n, 0)).toBe(true);
    expect(await progress.reached('awaited', STORE_SOURCE, 5n, 20)).toBe(false);
    await progress.stop();
  });
});
