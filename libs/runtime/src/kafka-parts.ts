import type { Kafka } from 'kafkajs';
import { createEventRecords, deadLetterTopic } from '#contracts';
import type { NotificationListener, Pool } from '#database';
import { checkBrokers, createKafka, ensureTopics, KafkaEventFeed } from '#event-feed';
import type { EventRecords, EventStore } from '#event-sourcing';
import type { Logger } from '#platform';
import type { RuntimeSettings } from './runtime-settings';

/** What an app has of Kafka. */
export interface KafkaParts {
  readonly client: Kafka;
  readonly records: EventRecords;
  readonly feed: KafkaEventFeed;
}

export interface KafkaPartsOptions {
  readonly settings: RuntimeSettings;
  readonly logger: Logger;
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  readonly eventStore: EventStore;
}

/**
 * The client, contracts and feed for the brokers in the settings; null where these name none. Creates the topics that are
 * missing and checks those that stand. The feed delivers nothing before an application starts it. Throws `KafkaUnavailable`,
 * `TopicMismatch` or `SchemaRegistryFailure`, each with a sentence for whoever set it up.
 */
export async function openKafkaParts(options: KafkaPartsOptions): Promise<KafkaParts | null> {
  const { settings, logger, pool, notifications, eventStore } = options;
  const { KAFKA_PREFIX: prefix, KAFKA_PARTITIONS: partitions, SCHEMA_REGISTRY_URL: url } = settings;
  if (settings.KAFKA_BROKERS === undefined) return null;
  await checkBrokers(settings, logger);
  const client = createKafka(settings, logger, prefix);
  const records = createEventRecords({ prefix, partitions, ...(url !== undefined && { registry: { url } }) });
  await records.prepare();
  await ensureTopics(client, [...records.topics, deadLetterTopic(prefix, partitions)], {
    replicationFactor: settings.KAFKA_REPLICATION_FACTOR,
  });
  const feed = new KafkaEventFeed({ kafka: client, records, store: eventStore, pool, notifications, prefix, logger });
  return { client, records, feed };
}
