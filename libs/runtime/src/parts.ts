import { join } from 'node:path';
import { CURRENT_VERSIONS, upcast } from '#contracts';
import { createPool, NotificationListener, type Pool } from '#database';
import { DataSources, SecretCipher, SecretStore } from '#data-sources';
import { FeedProgress, StoreEventFeed } from '#event-feed';
import { VersionedEventStore, type EventFeed, type EventStore } from '#event-sourcing';
import { createEventStoreDb, PostgresEventStore } from '#event-store';
import { DiskFileStore, type FileStore } from '#file-store';
import { DataSourceQueries } from '#read-models';
import { HealthChecks, type Clock, type Logger } from '#platform';
import { DatabaseClock } from './database-clock';
import { openKafkaParts, type KafkaParts } from './kafka-parts';
import { remarkOnMail } from './mail-remarks';
import type { RuntimeSettings } from './runtime-settings';

/** Everything that an app is given; nothing in it tells which adapter stands behind a port. */
export interface Parts {
  readonly settings: RuntimeSettings;
  readonly logger: Logger;
  /** The database's clock: the same time for every process, on whatever machine. */
  readonly clock: Clock;
  /** The product's own database: events, read models and the apps' tables. */
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  readonly eventStore: EventStore;
  /** Kafka's topics where `KAFKA_BROKERS` is set, else the same as `storeFeed`. */
  readonly eventFeed: EventFeed;
  /** The store's own feed in its one global order, which the scheduler's due table, the audit trail and the relay need. */
  readonly storeFeed: EventFeed;
  /** Null where `KAFKA_BROKERS` is unset. */
  readonly kafka: KafkaParts | null;
  readonly progress: FeedProgress;
  readonly fileStore: FileStore;
  readonly dataSources: DataSources;
  /** Passwords of registered data sources. */
  readonly secrets: SecretStore;
  readonly health: HealthChecks;
}

/**
 * Builds the parts that the settings ask for. The database must have been migrated. A failure leaves nothing open.
 *
 * @param given takes the place of the database's clock, for tests
 */
export async function openParts(settings: RuntimeSettings, logger: Logger, given?: Clock): Promise<Parts> {
  const pool = createPool(settings.DATABASE_URL, {
    application: 'report-scheduler',
    max: settings.DATABASE_POOL_MAX,
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
  });
  const notifications = new NotificationListener(settings.DATABASE_URL, 'report-scheduler notifications');
  let clock = given;
  try {
    clock ??= await startClock(pool, logger);
    return await assemble({ settings, logger, clock, pool, notifications });
  } catch (error) {
    await stopClock(clock);
    await notifications.close();
    await pool.end();
    throw error;
  }
}

function startClock(pool: Pool, logger: Logger): Promise<DatabaseClock> {
  return DatabaseClock.start({
    ask: async () => {
      const query = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS present';
      const [row] = (await pool.query<{ present: number }>(query)).rows;
      if (!row) throw new Error('the database did not tell its time');
      return row.present;
    },
    onError: (error) => logger.warn({ err: error, code: 'runtime.clock_not_compared' }, 'the clock goes on as it is'),
  });
}

async function stopClock(clock: Clock | undefined): Promise<void> {
  if (clock instanceof DatabaseClock) await clock.stop();
}

async function assemble(
  opened: Pick<Parts, 'settings' | 'logger' | 'clock' | 'pool' | 'notifications'>,
): Promise<Parts> {
  const { settings, logger, pool, notifications } = opened;
  const stored =
    settings.EVENTSTORE_URL === undefined
      ? new PostgresEventStore(pool, notifications)
      : createEventStoreDb(settings.EVENTSTORE_URL, logger);
  const eventStore = new VersionedEventStore(stored, { current: CURRENT_VERSIONS, upcast });
  const storeFeed = new StoreEventFeed(eventStore, { pool, notifications, logger });
  const kafka = await openKafkaParts({ settings, logger, pool, notifications, eventStore });
  const progress = new FeedProgress(pool);
  await progress.start(notifications);
  const secrets = new SecretStore(pool, new SecretCipher(settings.ENCRYPTION_KEY ?? []));
  const health = new HealthChecks();
  health.register('database', async () => {
    const answer = pool.query('SELECT 1').then(
      () => null,
      () => 'the database does not answer',
    );
    return answer;
  });
  remarkOnMail(settings, health, logger);
  return {
    ...opened,
    eventStore,
    eventFeed: kafka?.feed ?? storeFeed,
    storeFeed,
    kafka,
    progress,
    fileStore: new DiskFileStore(join(settings.DATA_DIR, 'files')),
    dataSources: openDataSources(opened, secrets),
    secrets,
    health,
  };
}

function openDataSources(
  { settings, pool, logger }: Pick<Parts, 'settings' | 'pool' | 'logger'>,
  secrets: SecretStore,
) {
  const queries = new DataSourceQueries(pool);
  const registry = {
    find: (name: string) => queries.active(name),
    readSecret: (secretId: string, dataSourceId: string) => secrets.read(secretId, dataSourceId),
  };
  const limits = {
    poolMax: settings.DATABASE_POOL_MAX,
    statementTimeoutMs: settings.EXPORT_TIMEOUT_SECONDS * 1000,
  };
  return new DataSources(settings.DATA_SOURCES, limits, {
    registry,
    logger,
    filesRoot: settings.FILE_SOURCES_DIR ?? null,
  });
}

/** Closes what `openParts` opened. Every app that uses the parts must have stopped before. */
export async function closeParts(parts: Parts): Promise<void> {
  await stopClock(parts.clock);
  await parts.progress.stop();
  await parts.eventStore.close();
  await parts.notifications.close();
  await parts.dataSources.close();
  await parts.pool.end();
}
