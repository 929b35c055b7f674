import { join } from 'node:path';
import { createPool, NotificationListener, type Pool } from '#database';
import { DataSources } from '#data-sources';
import { FeedProgress, StoreEventFeed } from '#event-feed';
import type { EventFeed, EventStore } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import { DiskFileStore, type FileStore } from '#file-store';
import { HealthChecks, systemClock, type Clock, type Logger, type Settings } from '#platform';

/** The settings once the start has filled in what the embedded parts provide. */
export type RuntimeSettings = Settings & {
  readonly DATABASE_URL: string;
  readonly DATA_DIR: string;
  readonly AUTH_SECRET: string;
};

/** Everything that an app is given; nothing in it tells which adapter stands behind a port. */
export interface Parts {
  readonly settings: RuntimeSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The product's own database: events, read models and the apps' tables. */
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  readonly eventStore: EventStore;
  /** Kafka's topics where `KAFKA_BROKERS` is set, else the same as `storeFeed`. */
  readonly eventFeed: EventFeed;
  /** The store's own feed in its one global order, which the scheduler's due table, the audit trail and the relay need. */
  readonly storeFeed: EventFeed;
  readonly progress: FeedProgress;
  readonly fileStore: FileStore;
  readonly dataSources: DataSources;
  readonly health: HealthChecks;
}

/** Builds the parts that the settings ask for. The database must have been migrated. */
export async function openParts(settings: RuntimeSettings, logger: Logger, clock: Clock = systemClock): Promise<Parts> {
  const pool = createPool(settings.DATABASE_URL, {
    application: 'report-scheduler',
    max: settings.DATABASE_POOL_MAX,
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
  });
  const notifications = new NotificationListener(settings.DATABASE_URL, 'report-scheduler notifications');
  const eventStore = new PostgresEventStore(pool, notifications);
  const storeFeed = new StoreEventFeed(eventStore);
  const progress = new FeedProgress(pool);
  await progress.start(notifications);
  const health = new HealthChecks();
  health.register('database', async () => {
    const answer = pool.query('SELECT 1').then(
      () => null,
      () => 'the database does not answer',
    );
    return answer;
  });
  return {
    settings,
    logger,
    clock,
    pool,
    notifications,
    eventStore,
    eventFeed: storeFeed,
    storeFeed,
    progress,
    fileStore: new DiskFileStore(join(settings.DATA_DIR, 'files')),
    dataSources: new DataSources(settings.DATA_SOURCES, {
      poolMax: settings.DATABASE_POOL_MAX,
      statementTimeoutMs: settings.EXPORT_TIMEOUT_SECONDS * 1000,
    }),
    health,
  };
}

/** Closes what `openParts` opened. Every app that uses the parts must have stopped before. */
export async function closeParts(parts: Parts): Promise<void> {
  await parts.progress.stop();
  await parts.eventStore.close();
  await parts.notifications.close();
  await parts.dataSources.close();
  await parts.pool.end();
}
