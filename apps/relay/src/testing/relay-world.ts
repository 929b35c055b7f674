import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { createPool, NotificationListener, transaction, type Pool } from '#database';
import { ensureTopics, FeedProgress, StoreEventFeed } from '#event-feed';
import { LATE_HEADER, STORE_SOURCE, type EventRecords, type NewEvent } from '#event-sourcing';
import { someEvent } from '#event-sourcing/testing';
import { PostgresEventStore } from '#event-store';
import { createLogger } from '#platform';
import { testBrokers } from '../../../../test/kafka/test-kafka';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { Relay, RELAY_GROUP, type RelayParts } from '../relay';
import { jsonRecords } from './json-records';

/** A record as it lies in the topic. */
export interface Lying {
  readonly partition: number;
  readonly key: string;
  readonly sequence: number;
  /** Marked as set aside until then. */
  readonly late: boolean;
}

/** A store, a topic of its own, and relays between them. */
export class RelayWorld {
  readonly topic = `relay-test-${randomUUID()}`;
  readonly records: EventRecords = jsonRecords(this.topic);
  readonly kafka = new Kafka({ brokers: [...testBrokers()], logLevel: logLevel.NOTHING });
  readonly logged: string[] = [];
  readonly logger = createLogger({
    level: 'info',
    format: 'json',
    destination: { write: (line) => void this.logged.push(line) },
  });
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  readonly store: PostgresEventStore;
  readonly progress: FeedProgress;
  readonly #database: TestDatabase;
  readonly #relays: Relay[] = [];

  private constructor(database: TestDatabase) {
    this.#database = database;
    this.pool = createPool(database.url, { application: 'test', max: 12, onIdleError: () => undefined });
    this.notifications = new NotificationListener(database.url, 'test');
    this.store = new PostgresEventStore(this.pool, this.notifications);
    this.progress = new FeedProgress(this.pool);
  }

  static async open(): Promise<RelayWorld> {
    const world = new RelayWorld(await createTestDatabase({ migrated: true }));
    await world.progress.start(world.notifications);
    return world;
  }

  async close(): Promise<void> {
    await Promise.all(this.#relays.map((relay) => relay.stop()));
    await this.progress.stop();
    await this.store.close();
    await this.notifications.close();
    await this.pool.end();
    await this.#database.drop();
    const admin = this.kafka.admin();
    await admin.connect();
    if ((await admin.listTopics()).includes(this.topic)) await admin.deleteTopics({ topics: [this.topic] });
    await admin.disconnect();
  }

  createTopic(): Promise<void> {
    return ensureTopics(this.kafka, this.records.topics);
  }

  /** An instance of the relay, as a process of its own would have it. */
  async startRelay(options: Partial<RelayParts> = {}): Promise<Relay> {
    const { pool, notifications, logger, kafka, records } = this;
    const storeFeed = new StoreEventFeed(this.store, { pool, notifications, logger });
    const relay = new Relay({ pool, notifications, storeFeed, kafka, records, logger, ...options });
    this.#relays.push(relay);
    await relay.start();
    return relay;
  }

  /** Stores events one by one, over streams by turns; gives the position of the last. */
  async append(count: number, streams = 5, event: () => NewEvent = someEvent): Promise<bigint> {
    for (let index = 0; index < count; index += 1) {
      await this.store.append({ streamId: `thing-${index % streams}`, expected: 'any', events: [event()] });
    }
    return this.store.head();
  }

  /** Lets the leader's lease run out, and keeps everybody from looking at it until the work is done. */
  whileLeaseIsLocked<Result>(work: () => Promise<Result>): Promise<Result> {
    return transaction(this.pool, async (client) => {
      await client.query('UPDATE coordination.leader_lease SET expires_at = clock_timestamp()');
      return work();
    });
  }

  /** Waits until the relay's checkpoint is there. */
  async relayed(position: bigint): Promise<void> {
    if (await this.progress.reached(RELAY_GROUP, STORE_SOURCE, position, 30_000)) return;
    throw new Error(`the relay did not come to ${position}: ${this.logged.join('')}`);
  }

  /** How many records lie in the topic. */
  async count(): Promise<number> {
    return (await this.#ends()).reduce((sum, { high }) => sum + Number(high), 0);
  }

  /** All records that lie in the topic, in the order of each partition. */
  async lying(): Promise<readonly Lying[]> {
    const ends = await this.#ends();
    const left = new Set(ends.filter(({ high }) => high !== '0').map(({ partition }) => partition));
    const found: Lying[] = [];
    if (left.size === 0) return found;
    const consumer = this.kafka.consumer({ groupId: `${this.topic}-${randomUUID()}` });
    await consumer.connect();
    await consumer.subscribe({ topic: this.topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const eachMessage = ({ partition, message }: Parameters<EachMessage>[0]): Promise<void> => {
        found.push({
          partition,
          key: String(message.key),
          sequence: Number(message.headers?.ce_sequence?.toString()),
          late: message.headers?.[LATE_HEADER] !== undefined,
        });
        const end = ends.find((one) => one.partition === partition);
        if (BigInt(message.offset) + 1n >= BigInt(end?.high ?? 0)) left.delete(partition);
        if (left.size === 0) resolve();
        return Promise.resolve();
      };
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
    await consumer.disconnect();
    return found;
  }

  async #ends(): Promise<{ partition: number; high: string }[]> {
    const admin = this.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(this.topic);
    await admin.disconnect();
    return ends;
  }
}

type EachMessage = NonNullable<Parameters<ReturnType<Kafka['consumer']>['run']>[0]>['eachMessage'] & object;

/** What a consumer keeps who drops repeats: in each partition what lies above everything before. */
export function firstCopies(records: readonly Lying[]): readonly number[] {
  const highest = new Map<number, number>();
  return records
    .filter(({ partition, sequence }) => {
      const fresh = sequence > (highest.get(partition) ?? 0);
      if (fresh) highest.set(partition, sequence);
      return fresh;
    })
    .map(({ sequence }) => sequence)
    .sort((one, other) => one - other);
}

/** 1 to the position: no event is missing. */
export function everyPosition(head: bigint): readonly number[] {
  return Array.from({ length: Number(head) }, (_, index) => index + 1);
}

/** Waits for what another part of the process, or a server, is about to do. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error('it did not happen');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
