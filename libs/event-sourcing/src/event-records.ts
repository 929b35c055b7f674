import type { RecordedEvent } from './event-store';

/** A topic as it must stand in Kafka. */
export interface TopicDeclaration {
  readonly name: string;
  readonly partitions: number;
  /** Kafka's own topic settings, such as `retention.ms`. */
  readonly config: Readonly<Record<string, string>>;
}

/** An event as it is sent to a topic. The key is the stream's id, so that a stream keeps its order. */
export interface EventRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A record as a consumer got it, from whomever. */
export interface ReceivedRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
}

export type UndecodableCode =
  'record.malformed' | 'record.unknown-schema' | 'record.unknown-type' | 'record.wrong-topic' | 'record.header-missing';

/** A record that is no event which this version understands. The message says what was found where. */
export class UndecodableRecord extends Error {
  readonly code: UndecodableCode;
  constructor(code: UndecodableCode, message: string) {
    super(message);
    this.name = 'UndecodableRecord';
    this.code = code;
  }
}

/**
 * Header of a record that comes after later ones of its partition, because its event was set aside meanwhile. It is no
 * repeat, although its position is a smaller one.
 */
export const LATE_HEADER = 'ce_late';

/** How events become records and records events. */
export interface EventRecords {
  /** One topic for each kind of aggregate. */
  readonly topics: readonly TopicDeclaration[];
  /** The topic of a stream's events. Throws a `RangeError` for a stream of no known aggregate. */
  topicOf(streamId: string): string;
  encode(event: RecordedEvent): EventRecord;
  /** Decoding is exact: `decode(encode(event))` equals the event. Throws or rejects with `UndecodableRecord`. */
  decode(record: ReceivedRecord): RecordedEvent | Promise<RecordedEvent>;
}
