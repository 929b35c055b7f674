import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { EventRecords, EventStore, FeedSource, FeedSubscription } from '#event-sourcing';
import type { Logger } from '#platform';
import type { Parking } from '../parking/parking';
import { CatchUp } from './catch-up';
import { sourceName, type KafkaSources } from './kafka-sources';
import { DEFAULT_BATCH, PartitionReader } from './partition-reader';

/** The broker answers at once when there is anything; else it waits so long, which is also what a stop takes at most. */
const WAIT_FOR_RECORDS_MS = 2500;
/** An instance that is silent for so long has lost its partitions. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2000;
const REBALANCE_MS = 30_000;
/** Partitions whose batches are handled at the same time: while one waits for its transaction, another is decoded. */
const PARTITIONS_AT_A_TIME = 4;

export interface KafkaSubscriptionParts {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly subscription: FeedSubscription;
  readonly records: EventRecords;
  readonly store: EventStore;
  readonly sources: KafkaSources;
  readonly parking: Parking;
  readonly logger: Logger;
  readonly endsOf: (topic: string) => Promise<ReadonlyMap<number, string>>;
  /** Told once the consumer has stopped for good though nobody asked it to. */
  readonly onCrash: (error: Error) => void;
}

/** One subscription's membership in its consumer group, and the readers of the partitions that are assigned to it. */
export class KafkaSubscription {
  readonly #parts: KafkaSubscriptionParts;
  readonly #consumer: Consumer;
  readonly #catchUp: CatchUp;
  readonly #readers = new Map<FeedSource, PartitionReader>();
  /** Where each source stood when it was looked at last: a first guess that saves a fetch. */
  readonly #offsets = new Map<FeedSource, string>();
  #stopped = false;

  constructor(parts: KafkaSubscriptionParts) {
    this.#parts = parts;
    const { kafka, groupId, subscription, store, sources, endsOf } = parts;
    this.#consumer = kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      minBytes: 1,
      maxWaitTimeInMs: WAIT_FOR_RECORDS_MS,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
    });
    const { types, batchSize = DEFAULT_BATCH } = subscription;
    this.#catchUp = new CatchUp({ store, types, batchSize, sourceOf: (id) => sources.sourceOf(id), endsOf });
  }

  /** Joins the group; returns once partitions are assigned. */
  async start(): Promise<void> {
    const { sources, subscription, onCrash } = this.#parts;
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, ({ payload }) => this.#joined(payload.memberAssignment));
    this.#consumer.on(this.#consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart && !this.#stopped) onCrash(payload.error);
    });
    await Promise.all(
      sources.all.map(async (source) => {
        const stored = await subscription.load(source);
        const offset = stored?.offset ?? null;
        if (offset !== null) this.#offsets.set(source, offset);
      }),
    );
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [...sources.topics], fromBeginning: true });
    await this.#consumer.run({
      // The checkpoint is kept by the subscriber, in its own transaction.
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_A_TIME,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#endReaders();
    await this.#consumer.disconnect();
  }

  /** Lets the readers look at what is parked; when there is nothing and was nothing, that is one query for all. */
  async parkedChanged(): Promise<void> {
    const readers = [...this.#readers.values()];
    const { parking, subscription } = this.#parts;
    if (!readers.some((reader) => reader.hasParked) && !(await parking.hasAny(subscription.group))) return;
    for (const reader of readers) reader.parkedChanged();
  }

  /** Every partition is given back and assigned anew. */
  #joined(assignment: Readonly<Record<string, readonly number[]>>): void {
    const before = this.#endReaders();
    if (this.#stopped) return;
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) this.#read(topic, partition, before);
    }
  }

  #read(topic: string, partition: number, before: Promise<unknown>): void {
    const source = sourceName(topic, partition);
    const seek = (offset: string): void => this.#consumer.seek({ topic, partition, offset });
    const reader = new PartitionReader({ ...this.#parts, topic, partition, source, catchUp: this.#catchUp, seek });
    const guess = this.#offsets.get(source);
    if (guess !== undefined) seek(guess);
    this.#readers.set(source, reader);
    reader.start(before, guess);
  }

  async #endReaders(): Promise<void> {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const [source, { offset }] of readers) if (offset !== null) this.#offsets.set(source, offset);
    await Promise.all(readers.map(([, reader]) => reader.end()));
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const reader = this.#readers.get(sourceName(payload.batch.topic, payload.batch.partition));
    if (!reader) return;
    let lost: { readonly error: Error } | undefined;
    const heart = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => {
        if (!isLossOfPartitions(error)) return;
        // What is not in a transaction yet is not begun; the consumer joins the group anew.
        lost ??= { error };
        void reader.end();
      });
    }, HEARTBEAT_MS);
    try {
      await reader.handle(payload);
    } finally {
      clearInterval(heart);
    }
    if (lost) throw lost.error;
  }
}

/** Errors by which the broker says that the group goes on without this member, or in another formation. */
const LOSSES = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

function isLossOfPartitions(error: unknown): error is Error {
  return error instanceof Error && 'type' in error && LOSSES.has(String(error.type));
}
