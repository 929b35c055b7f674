import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Kafka, logLevel } from 'kafkajs';
import { createEventRecords, CURRENT_VERSIONS, upcast } from '#contracts';
import { createPool, NotificationListener } from '#database';
import { ensureTopics, FeedProgress, StoreEventFeed } from '#event-feed';
import { STORE_SOURCE, VersionedEventStore, type RecordedEvent } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import { createLogger, HealthChecks } from '#platform';
import { byStream, sampleHistory } from '#read-models/testing';
import { rootModule, type Parts } from '#runtime';
import { createTestDatabase } from '../../../test/postgres/database';
import { testBrokers } from '../../../test/kafka/test-kafka';
import { RELAY_GROUP } from './relay';
import { RelayModule } from './relay.module';

const prefix = `relay-test-${randomUUID()}`;
const client = new Kafka({ brokers: [...testBrokers()], logLevel: logLevel.NOTHING });
const records = createEventRecords({ prefix, partitions: 2 });
const topics = records.topics.map(({ name }) => name);

beforeAll(async () => {
  Logger.overrideLogger(false);
  await ensureTopics(client, records.topics);
});
afterAll(async () => {
  const admin = client.admin();
  await admin.connect();
  await admin.deleteTopics({ topics });
  await admin.disconnect();
});

const logger = createLogger({ level: 'silent' });

it('publishes the product’s own events, which consumers decode to what the store holds', async () => {
  const database = await createTestDatabase({ migrated: true });
  const pool = createPool(database.url, { application: 'test', max: 8, onIdleError: () => undefined });
  const notifications = new NotificationListener(database.url, 'test');
  const versions = { current: CURRENT_VERSIONS, upcast };
  const store = new VersionedEventStore(new PostgresEventStore(pool, notifications), versions);
  const storeFeed = new StoreEventFeed(store, { pool, notifications, logger });
  const progress = new FeedProgress(pool);
  await progress.start(notifications);
  const health = new HealthChecks();
  const kafka: Partial<Parts['kafka']> = { client, records };
  const parts: Partial<Parts> = { pool, notifications, storeFeed, kafka: kafka as Parts['kafka'], health, logger };
  const app = await NestFactory.createApplicationContext(rootModule(RelayModule, parts as Parts));
  for (const [streamId, events] of byStream(sampleHistory().events)) {
    await store.append({ streamId, expected: 'no-stream', events });
  }
  const head = await store.head();
  expect(await progress.reached(RELAY_GROUP, STORE_SOURCE, head, 30_000)).toBe(true);
  expect(await health.report()).toEqual({ ready: true, checks: [{ name: 'relay', problem: null }], remarks: [] });
  const { events: stored } = await store.readAll({ after: 0n, limit: 1000 });
  const published = await decodeAll(stored.length);
  expect(published).toEqual(stored);
  await app.close();
  await progress.stop();
  await store.close();
  await notifications.close();
  await pool.end();
  await database.drop();
});

it('does not start without Kafka', async () => {
  const parts: Partial<Parts> = { kafka: null, health: new HealthChecks(), logger };
  const starting = NestFactory.createApplicationContext(rootModule(RelayModule, parts as Parts), {
    abortOnError: false,
  });
  await expect(starting).rejects.toThrow('KAFKA_BROKERS: must be set for the relay');
});

/** So many events of all topics, in the store's order. */
async function decodeAll(count: number): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const consumer = client.consumer({ groupId: prefix });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachMessage: async ({ topic, message: { key, value, headers = {} } }) => {
          events.push(await records.decode({ topic, key, value, headers }));
          if (events.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return events.sort((one, other) => Number(one.position - other.position));
}
