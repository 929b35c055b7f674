import type { EventRecords, FeedSource } from '#event-sourcing';
import { partitionOf } from './partitioner';

/** `<topic>/<partition>`. */
export function sourceName(topic: string, partition: number): FeedSource {
  return `${topic}/${partition}`;
}

/** Which partition of which topic a stream's events come by. */
export class KafkaSources {
  readonly #records: EventRecords;
  readonly #partitions: Map<string, number>;

  /** Begins with the partitions that the topics are declared with. */
  constructor(records: EventRecords) {
    this.#records = records;
    this.#partitions = new Map(records.topics.map(({ name, partitions }) => [name, partitions]));
  }

  get topics(): readonly string[] {
    return [...this.#partitions.keys()];
  }

  get all(): readonly FeedSource[] {
    return [...this.#partitions].flatMap(([topic, partitions]) =>
      Array.from({ length: partitions }, (_, partition) => sourceName(topic, partition)),
    );
  }

  /** Takes over how many partitions a topic really has. */
  learn(topic: string, partitions: number): void {
    this.#partitions.set(topic, partitions);
  }

  /** Throws a `RangeError` for a stream of no known aggregate. */
  sourceOf(streamId: string): FeedSource {
    const topic = this.#records.topicOf(streamId);
    const partitions = this.#partitions.get(topic);
    if (partitions === undefined) throw new RangeError(`no topic is declared for the stream ${streamId}`);
    return sourceName(topic, partitionOf(streamId, partitions));
  }

  /** The stream that a record's key names, or null for a key that cannot belong to the source. */
  streamOf(key: Buffer | null, source: FeedSource): string | null {
    const streamId = key?.toString() ?? '';
    try {
      return this.sourceOf(streamId) === source ? streamId : null;
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }
}
