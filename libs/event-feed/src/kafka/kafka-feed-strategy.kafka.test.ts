import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { someEvents, someStream } from '#event-sourcing/testing';
import { createKafkaWorld } from '../testing/kafka-world';
import { TableSubscriber } from '../testing/table-subscriber';
import { KafkaEventFeed } from './kafka-event-feed';
import { KafkaFeedStrategy } from './kafka-feed-strategy';

@Module({})
class NoHandlers {}

it('lets Nest start and stop what subscribed before', async () => {
  const world = await createKafkaWorld();
  await TableSubscriber.createTable(world.pool);
  await world.startRelay();
  const feed = new KafkaEventFeed(world);
  const subscriber = new TableSubscriber(world.pool, 'hosted');
  await feed.subscribe(subscriber.subscription());
  const stream = someStream();
  await world.store.append({ streamId: stream, expected: 'no-stream', events: someEvents(1) });

  const strategy = new KafkaFeedStrategy(feed);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as classes
  const app = await NestFactory.createMicroservice(NoHandlers, { strategy, logger: false });
  expect(await subscriber.appliedOf(stream)).toEqual([]);
  await app.listen();
  await subscriber.untilApplied(stream, [0]);
  await app.close();

  await world.store.append({ streamId: stream, expected: 0, events: someEvents(1) });
  await world.stopRelay();
  expect(await subscriber.appliedOf(stream)).toEqual([0]);
  await world.close();
});

it('tells Nest why the feed cannot start', async () => {
  const world = await createKafkaWorld();
  const topics = [{ name: `${world.prefix}.missing.v1`, partitions: 1, config: {} }];
  const records = Object.assign(Object.create(world.records) as typeof world.records, { topics });
  const strategy = new KafkaFeedStrategy(new KafkaEventFeed({ ...world, records }));
  const failure = await new Promise((resolve) => strategy.listen(resolve));
  expect(failure).toBeInstanceOf(Error);
  await world.close();
});
