import { randomUUID } from 'node:crypto';
import type { Kafka, Producer } from 'kafkajs';
import { createPool, NotificationListener, type Pool } from '#database';
import type { Checkpoint, EventStore, RecordedEvent, RunningSubscription } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import { createLogger, type Logger } from '#platform';
import { testBrokers } from '../../../../test/kafka/test-kafka';
import { createTestDatabase } from '../../../../test/postgres/database';
import { createKafka } from '../kafka/client';
import { KafkaEventFeed, type KafkaEventFeedOptions } from '../kafka/kafka-event-feed';
import { ensureTopics } from '../kafka/topics';
import { StoreEventFeed } from '../store-event-feed';
import { JsonRecords } from './json-records';

const PARTITIONS = 3;

/** An event store, topics of their own, and a relay between them that the test turns on and off. */
export interface KafkaWorld {
  readonly kafka: Kafka;
  readonly records: JsonRecords;
  readonly store: EventStore;
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  readonly prefix: string;
  readonly logger: Logger;
  readonly producer: Producer;
  /** Publishes all events as the relay does, beginning where it stopped. */
  startRelay(): Promise<void>;
  stopRelay(): Promise<void>;
  /** Publishes events once more, or at last. */
  publish(events: readonly RecordedEvent[]): Promise<void>;
  /** A started feed, as each process has one; it stops with the world. */
  feed(options?: Partial<KafkaEventFeedOptions>): Promise<KafkaEventFeed>;
  close(): Promise<void>;
}

export async function createKafkaWorld(): Promise<KafkaWorld> {
  const prefix = `feed-test-${randomUUID()}`;
  const brokers = [...testBrokers()];
  const logger = createLogger({ level: 'silent' });
  const kafka = createKafka({ KAFKA_BROKERS: brokers, KAFKA_TLS: 'off' }, logger, 'feed-test');
  const records = new JsonRecords(prefix, PARTITIONS);
  const deadLetters = { name: `${prefix}.dead-letter.v1`, partitions: 1, config: {} };
  await ensureTopics(kafka, [...records.topics, deadLetters]);
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  const database = await createTestDatabase({ migrated: true });
  const pool = createPool(database.url, { application: 'test', max: 10, onIdleError: () => undefined });
  const notifications = new NotificationListener(database.url, 'test');
  const store = new PostgresEventStore(pool, notifications);
  const feeds: KafkaEventFeed[] = [];
  let relay: RunningSubscription | undefined;
  let published: Checkpoint | null = null;

  async function publish(events: readonly RecordedEvent[]): Promise<void> {
    const encoded = events.map((event) => records.encode(event));
    const topicMessages = records.topics.map(({ name: topic }) => ({
      topic,
      messages: encoded.filter((record) => record.topic === topic),
    }));
    await producer.sendBatch({ topicMessages: topicMessages.filter(({ messages }) => messages.length > 0) });
  }

  const stopRelay = async (): Promise<void> => {
    await relay?.stop();
    relay = undefined;
  };

  return {
    kafka,
    records,
    store,
    pool,
    notifications,
    prefix,
    logger,
    producer,
    publish,
    stopRelay,
    startRelay: async () => {
      relay = await new StoreEventFeed(store).subscribe({
        group: 'relay',
        load: () => Promise.resolve(published),
        handle: async ({ events, checkpoint }) => {
          await publish(events);
          published = checkpoint;
        },
      });
    },
    feed: async (options = {}) => {
      const feed = new KafkaEventFeed({ kafka, records, store, pool, notifications, prefix, logger, ...options });
      await feed.start();
      feeds.push(feed);
      return feed;
    },
    close: async () => {
      await Promise.all(feeds.map((feed) => feed.stop()));
      await stopRelay();
      await producer.disconnect();
      const admin = kafka.admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [...records.topics, deadLetters].map(({ name }) => name) });
      await admin.disconnect();
      await notifications.close();
      await pool.end();
      await database.drop();
    },
  };
}
