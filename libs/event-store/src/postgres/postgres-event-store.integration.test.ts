import { createPool, NotificationListener, type Pool } from '#database';
import { eventStoreConformance, someEvent, someEvents, someStream } from '#event-sourcing/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { PostgresEventStore } from './postgres-event-store';

interface Opened {
  readonly store: PostgresEventStore;
  readonly pool: Pool;
  readonly close: () => Promise<void>;
}

function open(url: string): Opened {
  const pool = createPool(url, { application: 'test', max: 5, onIdleError: () => undefined });
  const notifications = new NotificationListener(url, 'test');
  const store = new PostgresEventStore(pool, notifications);
  return {
    store,
    pool,
    close: async () => {
      await store.close();
      await notifications.close();
      await pool.end();
    },
  };
}

eventStoreConformance('PostgreSQL', async () => {
  const database = await createTestDatabase({ migrated: true });
  const [one, two] = [open(database.url), open(database.url)];
  return {
    store: one.store,
    other: two.store,
    close: async () => {
      await Promise.all([one.close(), two.close()]);
      await database.drop();
    },
  };
});

describe('PostgresEventStore', () => {
  let database: TestDatabase;
  let opened: Opened;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: true });
    opened = open(database.url);
  });
  afterAll(async () => {
    await opened.close();
    await database.drop();
  });

  it('gives out contiguous positions, also when appends are refused in between', async () => {
    const before = await opened.store.head();
    const streamId = someStream();
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        opened.store.append({
          streamId: index % 5 ? someStream() : streamId,
          expected: 'no-stream',
          events: someEvents(2),
        }),
      ),
    );
    const { rows } = await opened.pool.query<{ count: string; head: string }>(
      'SELECT count(*), max(position) AS head FROM event_store.event WHERE position > $1',
      [before.toString()],
    );
    expect(rows[0]?.count).toBe('82');
    expect(BigInt(rows[0]?.head ?? 0)).toBe(before + 82n);
  });

  it('does not let one append that the database refuses take its neighbours with it', async () => {
    const good = Array.from({ length: 5 }, () => ({
      streamId: someStream(),
      expected: 'no-stream' as const,
      events: someEvents(1),
    }));
    const bad = { streamId: someStream(), expected: 'no-stream' as const, events: [{ ...someEvent(), id: 'no uuid' }] };
    const results = await Promise.allSettled([...good, bad].map((append) => opened.store.append(append)));
    expect(results.map(({ status }) => status)).toEqual([...good.map(() => 'fulfilled'), 'rejected']);
    const heads = await opened.store.headRevisions([...good, bad].map(({ streamId }) => streamId));
    expect(heads.size).toBe(5);
  });

  it('refuses names with a newline, which would be taken for two', async () => {
    const [event] = someEvents(1);
    const streamId = someStream();
    const broken = [
      { streamId: 'thing-1\nthing-2', event },
      { streamId, event: { ...event!, id: `${event!.id}\n${event!.id}` } },
      { streamId, event: { ...event!, type: 'One\nTwo' } },
    ];
    for (const { streamId, event } of broken) {
      const append = opened.store.append({ streamId, expected: 'any', events: [event!] });
      await expect(append).rejects.toThrow(RangeError);
    }
    expect(await opened.store.readStream(streamId)).toEqual([]);
  });

  it.each([
    ['UPDATE', "UPDATE event_store.event SET type = 'Changed'"],
    ['DELETE', 'DELETE FROM event_store.event'],
    ['TRUNCATE', 'TRUNCATE event_store.event'],
  ])('is append-only in the database itself: %s is refused', async (_, statement) => {
    await opened.store.append({ streamId: someStream(), expected: 'any', events: someEvents(1) });
    await expect(opened.pool.query(statement)).rejects.toThrow('append-only');
  });
});
