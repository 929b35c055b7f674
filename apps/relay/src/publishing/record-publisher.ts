import type { ICustomPartitioner, Kafka, Producer } from 'kafkajs';
import { partitionOf } from '#event-feed';
import type { EventRecord } from '#event-sourcing';
import type { Parcel } from './encode-events';

const ALL_IN_SYNC = -1;
/** kafkajs asks an idempotent producer to try again at least once; the tries that matter are the relay's own. */
const RETRY = { retries: 1, initialRetryTime: 100 };

/** Some partitions did not acknowledge their records. */
export class NotAcknowledged extends Error {
  readonly code = 'kafka.not-acknowledged';
  constructor(partitions: readonly string[]) {
    super(`Kafka did not acknowledge what was sent to ${partitions.join(', ')}`);
    this.name = 'NotAcknowledged';
  }
}

/**
 * Sends records to Kafka, one parcel at a time, by an idempotent producer. A producer that failed is replaced: Kafka may
 * remember of it what kafkajs does not, and then would refuse all that follows.
 */
export class RecordPublisher {
  readonly #kafka: Kafka;
  #link: Link | undefined;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /**
   * Resolves when every record is in all replicas that are in sync. After a rejection some of the records may be there or
   * still come; they must be sent again before anything else. An aborted signal rejects at once.
   */
  async send(parcel: Parcel, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const link = (this.#link ??= openLink(this.#kafka));
    const sending = sendOver(link, parcel);
    try {
      await unlessAborted(sending, signal);
    } catch (error) {
      this.#link = undefined;
      void discard(link, sending);
      throw error;
    }
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.producer.disconnect();
  }
}

interface Link {
  readonly producer: Producer;
  /** Partitions that the records under way were assigned to, as `<topic>/<partition>`. */
  readonly assigned: Set<string>;
}

function openLink(kafka: Kafka): Link {
  const assigned = new Set<string>();
  // The choice of Kafka's own Java client, by the key, so that others find a stream's partition too.
  const createPartitioner: ICustomPartitioner = () => {
    return ({ topic, message: { key }, partitionMetadata }) => {
      const partition = partitionOf(String(key), partitionMetadata.length);
      assigned.add(`${topic}/${partition}`);
      return partition;
    };
  };
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner,
    retry: RETRY,
  });
  return { producer, assigned };
}

async function sendOver({ producer, assigned }: Link, parcel: Parcel): Promise<void> {
  await producer.connect();
  assigned.clear();
  const answers = await producer.sendBatch({ acks: ALL_IN_SYNC, topicMessages: byTopic(parcel) });
  const acknowledged = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`));
  // When a partition moves, between two tries of kafkajs, to a broker that has answered already, kafkajs forgets its records.
  const missing = [...assigned].filter((partition) => !acknowledged.has(partition));
  if (missing.length > 0) throw new NotAcknowledged(missing);
}

function byTopic(parcel: Parcel): { topic: string; messages: EventRecord[] }[] {
  const topics = new Map<string, EventRecord[]>();
  for (const record of parcel) {
    const messages = topics.get(record.topic);
    if (messages) messages.push(record);
    else topics.set(record.topic, [record]);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort);
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** A send under way that loses its connection may connect once more: it is disconnected again when it has ended. */
async function discard({ producer }: Link, sending: Promise<void>): Promise<void> {
  const disconnect = (): Promise<void> => producer.disconnect().catch(() => undefined);
  await disconnect();
  await sending.catch(() => undefined);
  await disconnect();
}
