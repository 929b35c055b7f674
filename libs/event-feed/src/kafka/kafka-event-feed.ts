import type { Admin, Kafka } from 'kafkajs';
import type { NotificationListener, Pool } from '#database';
import type {
  EventFeed,
  EventRecords,
  EventStore,
  FeedSource,
  FeedSubscription,
  RunningSubscription,
  Unsubscribe,
} from '#event-sourcing';
import type { Logger } from '#platform';
import { ParkedEvents } from '../parking/parked-events';
import { Parking } from '../parking/parking';
import { watchParked } from '../parking/parking-watch';
import { DeadLetterCopies } from './dead-letter-copies';
import { KafkaSources } from './kafka-sources';
import { KafkaSubscription } from './kafka-subscription';

export interface KafkaEventFeedOptions {
  readonly kafka: Kafka;
  readonly records: EventRecords;
  /** Of which the topics are a copy: from here a group catches up. */
  readonly store: EventStore;
  /** The database with the checkpoints and the parked events. */
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  /** What the ids of consumer groups and the dead-letter topic's name begin with. */
  readonly prefix: string;
  readonly logger: Logger;
  /** What to do when a consumer has stopped for good. Default: says so and ends the process, to be started anew. */
  readonly onCrash?: (error: Error) => void;
}

/** Where a group's subscription stands: before the feed starts it only waits. */
interface Member {
  readonly subscription: FeedSubscription;
  stop: () => Promise<void>;
}

/** Delivers what the relay has published to Kafka; each group's instances share out the partitions. */
export class KafkaEventFeed implements EventFeed {
  readonly #options: KafkaEventFeedOptions;
  readonly #sources: KafkaSources;
  readonly #parking: Parking;
  readonly #copies: DeadLetterCopies;
  readonly #members = new Set<Member>();
  #started = false;

  constructor(options: KafkaEventFeedOptions) {
    this.#options = options;
    const { records, pool, store, prefix } = options;
    this.#sources = new KafkaSources(records);
    const sourceOf = (streamId: string): FeedSource => this.sourceOf(streamId);
    this.#parking = new Parking({ parked: new ParkedEvents(pool), store, records, sourceOf });
    this.#copies = new DeadLetterCopies({ ...options, topic: `${prefix}.dead-letter.v1` });
  }

  sourceOf(streamId: string): FeedSource {
    return this.#sources.sourceOf(streamId);
  }

  /** Looks at the topics and lets those who subscribed already join their groups. Throws when a topic is missing. */
  async start(): Promise<void> {
    await this.#withAdmin(async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...this.#sources.topics] });
      for (const { name, partitions } of topics) this.#sources.learn(name, partitions.length);
    });
    this.#started = true;
    await Promise.all([...this.#members].map((member) => this.#join(member)));
  }

  /** Ends every subscription. Nothing is delivered afterwards. */
  async stop(): Promise<void> {
    this.#started = false;
    await Promise.all([...this.#members].map((member) => this.#leave(member)));
  }

  /** Before `start` it only takes note of the subscription, which then begins with the feed. */
  async subscribe(subscription: FeedSubscription): Promise<RunningSubscription> {
    const member: Member = { subscription, stop: () => Promise.resolve() };
    this.#members.add(member);
    if (this.#started) await this.#join(member);
    return { stop: () => this.#leave(member) };
  }

  async #join(member: Member): Promise<void> {
    const { kafka, records, store, prefix, logger, notifications, onCrash = endProcess(logger) } = this.#options;
    const { subscription } = member;
    const { group } = subscription;
    const joined = new KafkaSubscription({
      kafka,
      records,
      store,
      logger,
      subscription,
      sources: this.#sources,
      parking: this.#parking,
      groupId: `${prefix}.${group}`,
      endsOf: (topic) => this.#endsOf(topic),
      onCrash,
    });
    let unwatch: Unsubscribe | undefined;
    member.stop = async () => {
      await unwatch?.();
      await joined.stop();
      await this.#copies.settled();
    };
    if (subscription.parks) {
      unwatch = await watchParked(notifications, group, () => {
        joined.parkedChanged().catch((error: unknown) => logger.warn({ err: error, group }, 'parked events not read'));
        void this.#copies.copy(group);
      });
      void this.#copies.copy(group);
    }
    await joined.start();
  }

  async #leave(member: Member): Promise<void> {
    if (this.#members.delete(member)) await member.stop();
  }

  #endsOf(topic: string): Promise<ReadonlyMap<number, string>> {
    return this.#withAdmin(
      async (admin) =>
        new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, high] as const)),
    );
  }

  /** Connected for as long as it is needed: that is seldom. */
  async #withAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = this.#options.kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

function endProcess(logger: Logger): (error: Error) => void {
  return (error) => {
    logger.fatal({ err: error, code: 'kafka.consumer_crashed' }, 'a consumer cannot go on; this process ends');
    process.exit(1);
  };
}
