import { randomUUID } from 'node:crypto';
import { transaction } from '#database';
import {
  START,
  STORE_SOURCE,
  UndecodableRecord,
  type FeedSource,
  type RecordedEvent,
  type RunningSubscription,
} from '#event-sourcing';
import { someEvents, someStream } from '#event-sourcing/testing';
import { moveCheckpoint } from '../checkpoints';
import { DeadLetters, type DeadLetter } from '../dead-letter/dead-letters';
import { createKafkaWorld, type KafkaWorld } from '../testing/kafka-world';
import { TableSubscriber } from '../testing/table-subscriber';

let world: KafkaWorld;
let subscriber: TableSubscriber;
let running: RunningSubscription[];
let letters: DeadLetters;

beforeAll(async () => {
  world = await createKafkaWorld();
  letters = new DeadLetters(world.pool);
  await TableSubscriber.createTable(world.pool);
});
beforeEach(async () => {
  running = [];
  subscriber = new TableSubscriber(world.pool, `group-${randomUUID()}`);
  await subscriber.watch(world.notifications);
});
afterEach(async () => {
  await Promise.all(running.map((subscription) => subscription.stop()));
  await world.stopRelay();
});
afterAll(() => world.close());

/** A process of its own as far as Kafka sees it. */
async function start(more: Parameters<TableSubscriber['subscription']>[0] = {}): Promise<RunningSubscription> {
  const feed = await world.feed();
  const subscription = await feed.subscribe(subscriber.subscription(more));
  running.push(subscription);
  return subscription;
}

async function append(streamId: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
  const expected = from === 0 ? 'no-stream' : from - 1;
  await world.store.append({ streamId, expected, events: someEvents(count) });
  return world.store.readStream(streamId, { fromRevision: from });
}

async function sourceOf(streamId: string): Promise<{ source: FeedSource; topic: string; partition: number }> {
  const source = (await world.feed()).sourceOf(streamId);
  const [topic = '', partition] = source.split('/');
  return { source, topic, partition: Number(partition) };
}

async function endOf(topic: string, partition: number): Promise<string> {
  const admin = world.kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.find((offset) => offset.partition === partition)?.high ?? '';
}

/** Deletes all records of a partition, as its retention does in time. */
async function forget(topic: string, partition: number): Promise<void> {
  const admin = world.kafka.admin();
  await admin.connect();
  // Only then does this admin know the partition's leader.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '-1' }] });
  await admin.disconnect();
}

describe('repeats', () => {
  it('are dropped, in the same batch and in a later one', async () => {
    const stream = someStream();
    await start();
    const events = await append(stream, 0, 3);
    await world.publish([...events.slice(0, 2), ...events.slice(0, 3)]);
    await subscriber.untilApplied(stream, [0, 1, 2]);
    await world.publish(events);
    await world.publish(await append(stream, 3, 1));
    await subscriber.untilApplied(stream, [0, 1, 2, 3]);
  });
});

describe('catching up', () => {
  it('gives a new group what was never published, also by topics in which nothing comes', async () => {
    const streams = Array.from({ length: 12 }, someStream);
    for (const stream of streams) await append(stream, 0, 2);
    await start();
    for (const stream of streams) await subscriber.untilApplied(stream, [0, 1]);
  });

  it('leaves every source with a checkpoint at the head and the offset to go on at', async () => {
    const stream = someStream();
    await append(stream, 0, 2);
    const head = await world.store.head();
    await start();
    await subscriber.untilApplied(stream, [0, 1]);
    const { source, topic, partition } = await sourceOf(stream);
    const { load } = subscriber.subscription();
    expect(await load(source)).toEqual({ position: head, offset: await endOf(topic, partition) });
  });

  it('goes on where a group stood in the feed of the store, without loss and without repeats', async () => {
    const [before, after] = [someStream(), someStream()];
    await append(before, 0, 2);
    const position = await world.store.head();
    const checkpoint = { position, offset: null };
    const previous = { position: START, offset: null };
    await transaction(world.pool, (client) =>
      moveCheckpoint(client, subscriber.group, { source: STORE_SOURCE, events: [], previous, checkpoint }),
    );
    await append(before, 2, 1);
    await append(after, 0, 1);
    await start();
    await subscriber.untilApplied(before, [2]);
    await subscriber.untilApplied(after, [0]);
  });

  it('fills a gap from the store when the records of the checkpoint are gone', async () => {
    const stream = someStream();
    const first = await start();
    await world.publish(await append(stream, 0, 2));
    await subscriber.untilApplied(stream, [0, 1]);
    await first.stop();
    await world.publish(await append(stream, 2, 3));
    const { topic, partition } = await sourceOf(stream);
    await forget(topic, partition);
    await world.publish(await append(stream, 5, 1));
    await start();
    await subscriber.untilApplied(stream, [0, 1, 2, 3, 4, 5]);
  });

  it('delivers only the wanted types, and begins again where it was broken off', async () => {
    const stream = someStream();
    await world.store.append({ streamId: stream, expected: 'no-stream', events: someEvents(3, 'Wanted') });
    await append(stream, 3, 2);
    let failures = 2;
    subscriber.beforeEach = ({ revision }) => {
      if (revision === 1 && failures-- > 0) throw Object.assign(new Error('lost'), { code: '08006' });
    };
    await start({ types: ['Wanted'], batchSize: 1 });
    await subscriber.untilApplied(stream, [0, 1, 2]);
  });
});

describe('records that are no events', () => {
  const NONSENSE = { value: 'no event', headers: { ce_type: 'Nonsense', trace: ['a', 'b'] } };

  it('are parked as they came, with the later events of their stream, and a copy goes to the dead-letter topic', async () => {
    const stream = await startedWithAStream();
    const { source, topic } = await sourceOf(stream);
    await world.producer.send({ topic, messages: [{ key: stream, ...NONSENSE }] });
    const [later] = await append(stream, 1, 1);
    await world.publish(later ? [later] : []);
    const [nonsense, behind] = await parked(2);
    expect(nonsense).toMatchObject({ source, streamId: stream, position: null, errorCode: 'record.malformed' });
    expect(nonsense?.record).toEqual({
      key: Buffer.from(stream).toString('base64'),
      value: Buffer.from('no event').toString('base64'),
    });
    expect(behind).toMatchObject({ streamId: stream, position: later?.position.toString() });
    expect(await copiesOf(subscriber.group, 2)).toMatchObject([
      {
        key: stream,
        value: 'no event',
        headers: { 'dead-letter-source': source, trace: ['a', 'b'], ce_type: 'Nonsense' },
      },
      { key: stream, headers: { 'dead-letter-error-code': 'stream.waits' } },
    ]);
  });

  it('do not stop the others: the rest of the partition flows, whatever the key', async () => {
    const stream = await startedWithAStream();
    const { topic, partition } = await sourceOf(stream);
    await world.producer.send({
      topic,
      messages: [
        { partition, key: null, value: null },
        { partition, key: 'who knows', value: 'no event' },
      ],
    });
    await world.publish(await append(stream, 1, 1));
    await subscriber.untilApplied(stream, [0, 1]);
    expect(await parked(2)).toMatchObject([{ streamId: null }, { streamId: null }]);
  });

  it('are applied by a replay once they can be decoded', async () => {
    const stream = await startedWithAStream();
    const decode = jest.spyOn(world.records, 'decode').mockImplementation(() => {
      throw new UndecodableRecord('record.unknown-schema', 'no schema yet');
    });
    await world.publish(await append(stream, 1, 2));
    await parked(2);
    decode.mockRestore();
    await letters.replay({ streamId: stream });
    await subscriber.untilApplied(stream, [0, 1, 2]);
    expect(await letters.list({ group: subscriber.group })).toEqual([]);
  });

  it('are passed by when their type is unknown, by a group that names its types', async () => {
    const stream = await startedWithAStream({ types: ['SomethingHappened'] });
    const decode = jest.spyOn(world.records, 'decode').mockImplementationOnce(() => {
      throw new UndecodableRecord('record.unknown-type', 'of a newer version');
    });
    await world.publish(await append(stream, 1, 2));
    await subscriber.untilApplied(stream, [0, 2]);
    expect(decode).toHaveBeenCalled();
    decode.mockRestore();
    expect(await letters.list({ group: subscriber.group })).toEqual([]);
  });

  /** What a new group does not find in the store lies after its first event. */
  async function startedWithAStream(more: Parameters<typeof start>[0] = {}): Promise<string> {
    const stream = someStream();
    await append(stream, 0, 1);
    await start(more);
    await subscriber.untilApplied(stream, [0]);
    return stream;
  }

  async function parked(count: number): Promise<readonly DeadLetter[]> {
    await subscriber.until(async () => (await letters.list({ group: subscriber.group })).length >= count);
    return letters.list({ group: subscriber.group });
  }

  /** The group's copies in the dead-letter topic, as soon as there are so many. */
  async function copiesOf(group: string, count: number): Promise<readonly unknown[]> {
    const copies: unknown[] = [];
    const consumer = world.kafka.consumer({ groupId: `${world.prefix}.reader-${randomUUID()}` });
    await consumer.connect();
    await consumer.subscribe({ topics: [`${world.prefix}.dead-letter.v1`], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: ({ message: { key, value, headers = {} } }) => {
            if (headers['dead-letter-group']?.toString() === group) {
              const texts = Object.entries(headers).map(([name, bytes]) => [
                name,
                Array.isArray(bytes) ? bytes.map(String) : String(bytes),
              ]);
              copies.push({ key: String(key), value: String(value), headers: Object.fromEntries(texts) });
            }
            if (copies.length === count) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return copies;
  }
});

describe('a group of several instances', () => {
  it('applies each event once while members come and go', async () => {
    const streams = Array.from({ length: 20 }, someStream);
    await world.startRelay();
    const first = await start({ batchSize: 3 });
    for (const stream of streams) await append(stream, 0, 2);
    const second = start({ batchSize: 2 });
    for (const stream of streams) await append(stream, 2, 2);
    await second;
    for (const stream of streams) await append(stream, 4, 2);
    await first.stop();
    for (const stream of streams) await append(stream, 6, 2);
    for (const stream of streams) await subscriber.untilApplied(stream, [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('applies nothing after a stop, and lets the transaction at hand end before', async () => {
    const stream = someStream();
    const subscription = await start();
    let stopping: Promise<void> | undefined;
    subscriber.within = (batch) => {
      if (batch.events.some(({ streamId }) => streamId === stream)) stopping ??= subscription.stop();
      return Promise.resolve();
    };
    await world.publish(await append(stream, 0, 1));
    await subscriber.untilApplied(stream, [0]);
    await world.publish(await append(stream, 1, 1));
    await stopping;
    expect(await subscriber.appliedOf(stream)).toEqual([0]);
  });
});

describe('a consumer that fails', () => {
  it.each([TypeError, RangeError, ReferenceError, SyntaxError])('lives on after a %p of its handler', async (Kind) => {
    const stream = someStream();
    let failures = 2;
    subscriber.beforeEach = ({ streamId }) => {
      if (streamId === stream && failures-- > 0) throw new Kind('a defect');
    };
    await start({ parks: false });
    await world.publish(await append(stream, 0, 2));
    await subscriber.untilApplied(stream, [0, 1]);
    expect(subscriber.errors).toHaveLength(2);
  });

  it('tells when it cannot go on', async () => {
    const crashed = new Promise<Error>((onCrash) => {
      const consumer = world.kafka.consumer.bind(world.kafka);
      const kafka = Object.create(world.kafka, {
        consumer: { value: (config: Parameters<typeof consumer>[0]) => unassignable(consumer(config)) },
      }) as typeof world.kafka;
      void world.feed({ kafka, onCrash }).then((feed) => feed.subscribe(subscriber.subscription()));
    });
    expect((await crashed).message).toContain('a defect of the client');
  });

  /** kafkajs stops for good when its `eachBatch` throws what no further try can mend. */
  function unassignable(consumer: ReturnType<KafkaWorld['kafka']['consumer']>): typeof consumer {
    const run: typeof consumer.run = (config) =>
      consumer.run({ ...config, eachBatch: () => Promise.reject(new TypeError('a defect of the client')) });
    return { ...consumer, run };
  }
});
