import type { EventStore } from '#event-sourcing';
import { eventStoreConformance, someEvent, someEvents, someStream } from '#event-sourcing/testing';
import { createLogger } from '#platform';
import { startStandIn, type StandIn } from '../../../../test/eventstoredb/stand-in';
import { connectEventStoreDb } from './connection';
import { createEventStoreDb, EventStoreDbEventStore } from './eventstoredb-event-store';

const logger = createLogger({ level: 'silent' });
const realServer = process.env['EVENTSTORE_URL'];

eventStoreConformance('EventStoreDB, a call for each append, on the wire', () =>
  onStandIn((url) => createEventStoreDb(url, logger)),
);

eventStoreConformance('EventStoreDB, appends in batches, on the wire', () =>
  onStandIn((url) => {
    const { client } = connectEventStoreDb(url);
    return new EventStoreDbEventStore({ client, appendCredentials: undefined }, { logger });
  }),
);

if (realServer) {
  eventStoreConformance('EventStoreDB, a real server', () => {
    const [store, other] = [createEventStoreDb(realServer, logger), createEventStoreDb(realServer, logger)];
    return Promise.resolve({ store, other, close: () => closeAll(store, other) });
  });
}

async function onStandIn(open: (url: string) => EventStore) {
  const standIn = await startStandIn();
  const [store, other] = [open(standIn.url), open(standIn.url)];
  return {
    store,
    other,
    close: async () => {
      await closeAll(store, other);
      standIn.close();
    },
  };
}

async function closeAll(...stores: readonly EventStore[]): Promise<void> {
  await Promise.all(stores.map((store) => store.close()));
}

describe('EventStoreDbEventStore', () => {
  let standIn: StandIn;
  let store: EventStoreDbEventStore;

  beforeEach(async () => {
    standIn = await startStandIn();
    store = createEventStoreDb(standIn.url, logger);
  });
  afterEach(async () => {
    await store.close();
    standIn.close();
  });

  it('has no events in a database that holds only records of the server', async () => {
    expect(await store.head()).toBe(0n);
    const page = await store.readAll({ after: 0n, limit: 10 });
    expect(page).toEqual({ events: [], readUpTo: standIn.log.records.at(-1)?.position, more: false });
    expect(page.readUpTo).toBeGreaterThan(0n);
  });

  it('goes past pages full of records of the server, and finds what stands behind them', async () => {
    for (let count = 0; count < 25; count += 1) standIn.log.writeSystemRecord('$stats', '$statsCollected');
    const event = someEvent();
    await store.append({ streamId: someStream(), expected: 'no-stream', events: [event] });
    const found: string[] = [];
    let [after, pages] = [0n, 0];
    for (let more = true; more; pages += 1) {
      const page = await store.readAll({ after, limit: 10 });
      expect(page.readUpTo).toBeGreaterThan(after);
      found.push(...page.events.map(({ id }) => id));
      [after, more] = [page.readUpTo, page.more];
    }
    expect(found).toEqual([event.id]);
    expect(pages).toBeGreaterThan(2);
  });

  it('reads one event after the other, each page after the end of the last one', async () => {
    const events = someEvents(3);
    await store.append({ streamId: someStream(), expected: 'no-stream', events });
    let after = (await store.readAll({ after: 0n, limit: 100 })).events[0]!.position;
    for (const { id } of events.slice(1)) {
      const page = await store.readAll({ after, limit: 1 });
      expect(page.events.map((event) => event.id)).toEqual([id]);
      after = page.readUpTo;
    }
    expect(await store.readAll({ after, limit: 1 })).toEqual({ events: [], readUpTo: after, more: false });
  });

  it('passes over what others wrote into the database, but refuses to read it as a part of a stream', async () => {
    const streamId = someStream();
    const { client } = connectEventStoreDb(standIn.url);
    const foreign = { id: crypto.randomUUID(), type: 'Foreign', contentType: 'application/json' as const, data: {} };
    await client.appendToStream(streamId, { ...foreign, metadata: { somebody: 'else' } });
    await client.dispose();
    expect((await store.readAll({ after: 0n, limit: 10 })).events).toEqual([]);
    await expect(store.readStream(streamId)).rejects.toThrow(/did not write/);
  });

  it('takes an append that others repeat at the same time for one', async () => {
    const append = { streamId: someStream(), expected: 'no-stream' as const, events: someEvents(3) };
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.append(append)));
    expect(outcomes.filter((outcome) => outcome.ok && !outcome.repeated)).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.ok && outcome.repeated)).toHaveLength(9);
    expect(await store.readStream(append.streamId)).toHaveLength(3);
  });

  it("refuses names that are the server's own", async () => {
    const [streamId, type] = ['$settings', '$Changed'];
    await expect(store.append({ streamId, expected: 'any', events: someEvents(1) })).rejects.toThrow(RangeError);
    const append = { streamId: someStream(), expected: 'any' as const, events: someEvents(1, type) };
    await expect(store.append(append)).rejects.toThrow(RangeError);
  });

  it('subscribes anew after its connection broke, from where it had got, and wakes who waits', async () => {
    let wake: () => void = () => undefined;
    const woken = (): Promise<void> => new Promise((resolve) => (wake = resolve));
    await store.onAppended(() => wake());
    expect(standIn.subscriptions).toEqual(['end']);

    const first = woken();
    const outcome = await store.append({ streamId: someStream(), expected: 'no-stream', events: someEvents(1) });
    await first;
    const again = woken();
    standIn.breakConnections();
    await again;
    expect(standIn.subscriptions).toEqual(['end', outcome.ok && outcome.position]);

    const later = woken();
    await store.append({ streamId: someStream(), expected: 'no-stream', events: someEvents(1) });
    await later;
    expect(standIn.subscriptions).toHaveLength(2);
  });

  it('subscribes anew from the last checkpoint when only records of the server have passed', async () => {
    let wake: () => void = () => undefined;
    await store.onAppended(() => wake());
    // A checkpoint that is still under way when the connection breaks is lost: then the next one has to arrive.
    while (standIn.subscriptions.at(-1) === 'end') {
      for (let count = 0; count < 1000; count += 1) standIn.log.writeSystemRecord('$stats', '$statsCollected');
      await store.head();
      const again = new Promise<void>((resolve) => (wake = resolve));
      standIn.breakConnections();
      await again;
    }
    const positions = standIn.log.records.map(({ position }) => position);
    expect(positions.indexOf(standIn.subscriptions.at(-1) as bigint)).toBeGreaterThanOrEqual(1000);
  });

  it('gives up in time, with an error that names the call, when the server does not answer', async () => {
    const hasty = new EventStoreDbEventStore(connectEventStoreDb(standIn.url), { logger, deadlineMs: 200 });
    standIn.fallSilent();
    const calls = {
      'appending to thing-1': () => hasty.append({ streamId: 'thing-1', expected: 'any', events: someEvents(1) }),
      'reading thing-1': () => hasty.readStream('thing-1'),
      'reading $all': () => hasty.readAll({ after: 0n, limit: 10 }),
      'reading the head of $all': () => hasty.head(),
      'subscribing to $all': () => hasty.onAppended(() => undefined),
    };
    for (const [name, call] of Object.entries(calls)) {
      await expect(call()).rejects.toMatchObject({
        name: 'EventStoreDbError',
        reason: 'deadline-exceeded',
        message: expect.stringContaining(name),
      });
    }
    await hasty.close();
  });

  it('is not disturbed when the connection of another store in the process breaks', async () => {
    const otherServer = await startStandIn();
    const other = createEventStoreDb(otherServer.url, logger);
    // Both are connected, so that what breaks is a connection in use and what is asked for is asked at once.
    for (const each of [other, store]) {
      await each.append({ streamId: someStream(), expected: 'any', events: someEvents(1) });
    }
    otherServer.breakConnections();
    const appends = Array.from({ length: 20 }, () => ({
      streamId: someStream(),
      expected: 'no-stream' as const,
      events: someEvents(1),
    }));
    const outcomes = await store.appendMany(appends);
    expect(outcomes.map(({ ok }) => ok)).toEqual(appends.map(() => true));
    await other.close();
    otherServer.close();
  });

  it('rejects what is under way when it is closed, rather than take a stream for empty', async () => {
    const streamId = someStream();
    await store.append({ streamId, expected: 'no-stream', events: someEvents(1) });
    standIn.fallSilent();
    const reading = expect(store.readStream(streamId)).rejects.toMatchObject({ reason: 'closed' });
    await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    await reading;
  });

  it('works again after its connection broke; calls that were lost reject', async () => {
    const streamId = someStream();
    await store.append({ streamId, expected: 'no-stream', events: someEvents(1) });
    standIn.breakConnections();
    const tryUntilAnswered = async (tries: number): Promise<number> => {
      try {
        return (await store.readStream(streamId)).length;
      } catch (error) {
        if (tries === 0) throw error;
        return tryUntilAnswered(tries - 1);
      }
    };
    expect(await tryUntilAnswered(5)).toBe(1);
  });
});
