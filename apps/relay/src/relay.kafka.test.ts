import { LeaderLease } from '#database';
import { DeadLetters, loadCheckpoint } from '#event-feed';
import { STORE_SOURCE, type EventRecords } from '#event-sourcing';
import { someEvent, someEvents } from '#event-sourcing/testing';
import { RELAY_GROUP } from './relay';
import { everyPosition, firstCopies, RelayWorld, until } from './testing/relay-world';

let world: RelayWorld;

beforeEach(async () => {
  world = await RelayWorld.open();
});
afterEach(() => world.close());

const terms = async (): Promise<number> => {
  const { rows } = await world.pool.query<{ term: number }>('SELECT term::int FROM coordination.leader_lease');
  return rows[0]?.term ?? 0;
};
/** A lease so long that no test sees its end, however slow the machine, unless it has the database end it. */
const lasting = (now?: () => number): LeaderLease =>
  new LeaderLease(world.pool, { name: RELAY_GROUP, durationMs: 3_600_000, ...(now && { now }) });
const logs = (text: string): boolean => world.logged.some((line) => line.includes(text));

it('publishes what was stored before and after it started, once and in order', async () => {
  await world.createTopic();
  await world.append(30);
  await world.startRelay();
  const head = await world.append(30);
  await world.relayed(head);
  const records = await world.lying();
  expect(records).toHaveLength(60);
  expect(firstCopies(records)).toEqual(everyPosition(head));
  const partitions = new Map(records.map(({ key, partition }) => [key, partition]));
  expect(records.every(({ key, partition }) => partitions.get(key) === partition)).toBe(true);
});

it('goes on after its checkpoint when it is started again, and repeats nothing', async () => {
  await world.createTopic();
  const first = await world.startRelay();
  await world.relayed(await world.append(20));
  await first.stop();
  const head = await world.append(20);
  expect(await world.count()).toBe(20);
  await world.startRelay();
  await world.relayed(head);
  expect((await world.lying()).map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(everyPosition(head));
});

it('is taken over by the standby when the leader stops amid the work', async () => {
  await world.createTopic();
  const leader = await world.startRelay({ lease: lasting() });
  await until(() => logs('relay leads'));
  await world.startRelay({ lease: lasting() });
  const appending = world.append(400);
  await until(async () => (await world.count()) > 50);
  await leader.stop();
  const head = await appending;
  await world.relayed(head);
  // The leader may have been done before it stopped.
  await until(async () => (await terms()) === 2);
  expect(firstCopies(await world.lying())).toEqual(everyPosition(head));
});

describe('a leader that was paused', () => {
  it('after it had sent events repeats them at most, and moves no checkpoint of its successor', async () => {
    await world.createTopic();
    // Its own clock stands still, so only the database can tell it that its time is over.
    await world.startRelay({ lease: lasting(() => 0) });
    await world.relayed(await world.append(10));
    const head = await world.whileLeaseIsLocked(async () => {
      // One append, which the relay reads and sends as one batch.
      await world.store.append({ streamId: 'thing-1', expected: 'any', events: someEvents(20) });
      await until(async () => (await world.count()) === 30);
      expect((await loadCheckpoint(world.pool, RELAY_GROUP, STORE_SOURCE))?.position).toBe(10n);
      await world.startRelay();
      return world.store.head();
    });
    await world.relayed(head);
    await until(() => logs('relay lost the leadership'));
    const records = await world.lying();
    expect(records.length).toBeGreaterThan(30);
    expect(firstCopies(records)).toEqual(everyPosition(head));
    const after = await world.append(5);
    await world.relayed(after);
    expect(firstCopies(await world.lying())).toEqual(everyPosition(after));
  });

  it('before it sent anything sends nothing until it leads again', async () => {
    await world.createTopic();
    let now = 0;
    await world.startRelay({ lease: lasting(() => now) });
    await world.relayed(await world.append(10));
    now = 7_200_000;
    await world.pool.query('UPDATE coordination.leader_lease SET expires_at = clock_timestamp()');
    const head = await world.append(10);
    await world.relayed(head);
    expect(await terms()).toBe(2);
    expect(await world.lying()).toHaveLength(20);
  });
});

it('tries again while Kafka does not take the events, and says so', async () => {
  const relay = await world.startRelay({ worryAfterMs: 500 });
  const head = await world.append(5);
  await until(() => world.logged.filter((line) => line.includes('Kafka did not take the events')).length >= 2);
  await until(() => relay.problem !== null);
  expect(relay.problem).toMatch(/^the relay has been at the same events for \d+ seconds; the log says why$/);
  expect(await loadCheckpoint(world.pool, RELAY_GROUP, STORE_SOURCE)).toBeNull();
  await world.createTopic();
  await world.relayed(head);
  await until(() => logs('Kafka takes events again') && relay.problem === null);
  expect(firstCopies(await world.lying())).toEqual(everyPosition(head));
});

it('stops while Kafka does not take the events, without losing them', async () => {
  const relay = await world.startRelay();
  const head = await world.append(5);
  await until(() => logs('Kafka did not take the events'));
  await relay.stop();
  expect(await loadCheckpoint(world.pool, RELAY_GROUP, STORE_SOURCE)).toBeNull();
  await world.createTopic();
  await world.startRelay();
  await world.relayed(head);
  expect(firstCopies(await world.lying())).toEqual(everyPosition(head));
});

it.each([
  ['is too large for its topic', () => someEvent('Large', { text: 'x'.repeat(1_100_000) }), 'record.too-large'],
  ['has no contract', () => someEvent('Unknown'), 'record.not-encodable'],
])('parks an event that %s, with its stream, and publishes the others', async (_, poison, code) => {
  await world.createTopic();
  await world.append(10);
  await world.store.append({ streamId: 'thing-1', expected: 'any', events: [poison()] });
  const head = await world.append(10);
  await world.startRelay();
  await world.relayed(head);
  const published = (await world.lying()).filter(({ sequence }) => sequence > 10);
  expect(published.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual([12, 14, 15, 16, 17, 19, 20, 21]);
  const { rows } = await world.pool.query(
    'SELECT position::int, stream_id, error_code FROM event_feed.parked_event WHERE group_name = $1 ORDER BY position',
    [RELAY_GROUP],
  );
  expect(rows).toEqual([
    { position: 11, stream_id: 'thing-1', error_code: code },
    { position: 13, stream_id: 'thing-1', error_code: 'stream.waits' },
    { position: 18, stream_id: 'thing-1', error_code: 'stream.waits' },
  ]);
});

it('publishes what was parked once it can be, marked as late, since later events of its partition are there already', async () => {
  await world.createTopic();
  let refused = true;
  const records: EventRecords = {
    ...world.records,
    encode: (event) => world.records.encode(refused ? event : { ...event, type: 'Known' }),
  };
  await world.store.append({ streamId: 'thing-1', expected: 'any', events: [someEvent('Unknown')] });
  const head = await world.append(4, 2);
  await world.startRelay({ records });
  await world.relayed(head);
  expect((await world.lying()).map(({ sequence }) => sequence).sort()).toEqual([2, 4]);
  refused = false;
  await new DeadLetters(world.pool).replay({ group: RELAY_GROUP });
  await until(async () => (await world.count()) === 5);
  const late = (await world.lying()).filter((record) => record.late);
  expect(late.map(({ sequence }) => sequence)).toEqual([1, 3, 5]);
});
