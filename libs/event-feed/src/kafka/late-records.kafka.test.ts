import { randomUUID } from 'node:crypto';
import { LATE_HEADER } from '#event-sourcing';
import { someEvents, someStream } from '#event-sourcing/testing';
import { createKafkaWorld, type KafkaWorld } from '../testing/kafka-world';
import { TableSubscriber } from '../testing/table-subscriber';

let world: KafkaWorld;

beforeAll(async () => {
  world = await createKafkaWorld();
  await TableSubscriber.createTable(world.pool);
});
afterAll(() => world.close());

it('applies a record that comes late and says so, although its position is below the checkpoint', async () => {
  const subscriber = new TableSubscriber(world.pool, `group-${randomUUID()}`);
  await subscriber.watch(world.notifications);
  const feed = await world.feed();
  await feed.subscribe(subscriber.subscription());
  // Of two streams of one partition, the earlier event is set aside.
  const late = someStream();
  let other = someStream();
  while (feed.sourceOf(other) !== feed.sourceOf(late)) other = someStream();
  const store = async (streamId: string, revision: number) => {
    const expected = revision === 0 ? 'no-stream' : revision - 1;
    await world.store.append({ streamId, expected, events: someEvents(1) });
    return world.store.readStream(streamId, { fromRevision: revision });
  };
  // Once the first has come, the partition has been caught up with.
  await world.publish(await store(other, 0));
  await subscriber.untilApplied(other, [0]);
  const aside = await store(late, 0);
  await world.publish(await store(other, 1));
  await subscriber.untilApplied(other, [0, 1]);
  expect(await subscriber.appliedOf(late)).toEqual([]);

  const [event] = aside;
  if (!event) throw new Error('nothing was stored');
  const record = world.records.encode(event);
  await world.producer.send({
    topic: record.topic,
    messages: [{ ...record, headers: { ...record.headers, [LATE_HEADER]: 'true' } }],
  });
  await subscriber.untilApplied(late, [0]);
  expect(await subscriber.appliedOf(other)).toEqual([0, 1]);
});
