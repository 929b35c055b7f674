import {
  UndecodableRecord,
  type EventRecord,
  type EventRecords,
  type ReceivedRecord,
  type RecordedEvent,
  type TopicDeclaration,
} from '#event-sourcing';
import { attributesOf, headersOf, malformed, type EventAttributes } from './cloud-events';
import { EventSchemas, type WriterSchema } from './event-schemas';
import { AGGREGATE_NAMES, aggregateOfStream } from './published/published-events';
import { readPublishedSchemas } from './published/published-schemas';
import type { SchemaRegistryOptions } from './registry/schema-registry';
import { ownIds, registeredIds, type SchemaIdSource } from './schema-id-source';
import { eventTopic, topicNameOf } from './topics';
import { upcast } from './upcasters';
import { frame, unframe } from './wire-format';

export interface EventRecordsOptions {
  /** What the names of topics begin with: `KAFKA_PREFIX`. */
  readonly prefix: string;
  /** Partitions of each topic when it is created. */
  readonly partitions: number;
  /** Where schema ids come from; absent: `schemas/ids.json`. */
  readonly registry?: SchemaRegistryOptions;
}

export interface ContractRecords extends EventRecords {
  /**
   * Must end before the first `encode` or `decode` when there is a registry, where it registers every schema; does nothing
   * without one. Throws `SchemaRegistryFailure`; may be called again.
   */
  prepare(): Promise<void>;
}

/** Events as records of Kafka: Avro in Confluent's wire format, CloudEvents headers. */
export function createEventRecords(options: EventRecordsOptions): ContractRecords {
  return new AvroEventRecords(options);
}

class AvroEventRecords implements ContractRecords {
  readonly topics: readonly TopicDeclaration[];
  readonly #prefix: string;
  readonly #schemas = new EventSchemas(readPublishedSchemas());
  readonly #ids: SchemaIdSource;
  readonly #topicNames: ReadonlySet<string>;

  constructor({ prefix, partitions, registry }: EventRecordsOptions) {
    this.#prefix = prefix;
    this.topics = AGGREGATE_NAMES.map((aggregate) => eventTopic(prefix, aggregate, partitions));
    this.#topicNames = new Set(this.topics.map(({ name }) => name));
    this.#ids = registry ? registeredIds(this.#schemas, prefix, registry) : ownIds(this.#schemas);
  }

  async prepare(): Promise<void> {
    await this.#ids.prepare();
  }

  topicOf(streamId: string): string {
    return topicNameOf(this.#prefix, aggregateOfStream(streamId));
  }

  encode(event: RecordedEvent): EventRecord {
    const aggregate = aggregateOfStream(event.streamId);
    const { schemaVersion } = event.metadata;
    const schema = this.#schemas.find(event.type, schemaVersion);
    if (schema?.aggregate !== aggregate) {
      throw new RangeError(`no schema of ${aggregate} describes ${event.type} in version ${schemaVersion}`);
    }
    return {
      topic: topicNameOf(this.#prefix, aggregate),
      key: event.streamId,
      value: frame(
        this.#ids.idOf(schema),
        bodyOf(event, () => schema.codec.encode(event.data)),
      ),
      headers: headersOf(event, aggregate, this.#prefix),
    };
  }

  decode(record: ReceivedRecord): RecordedEvent | Promise<RecordedEvent> {
    const attributes = this.#requirePlace(record);
    if (record.value === null)
      throw malformed('the record has no value (a tombstone), and events are never taken back');
    const { schemaId, body } = attempt('the value', () => unframe(record.value as Buffer));
    const writer = this.#ids.schemaOf(schemaId);
    if (writer instanceof Promise) return writer.then((found) => read(attributes, found, schemaId, body));
    return read(attributes, writer, schemaId, body);
  }

  /** What the headers say, once topic, key and type fit together. */
  #requirePlace({ topic, key, headers }: ReceivedRecord): EventAttributes {
    if (!this.#topicNames.has(topic)) {
      throw new UndecodableRecord('record.wrong-topic', `${topic} is no topic of events`);
    }
    const attributes = attributesOf({ headers });
    const { aggregate, type, event } = attributes;
    if (!AGGREGATE_NAMES.some((name) => name === aggregate) || this.#schemas.newest(type)?.aggregate !== aggregate) {
      throw new UndecodableRecord('record.unknown-type', `this release knows no event ${aggregate}.${type}`);
    }
    const wanted = `${this.#prefix}.${aggregate}.v1`;
    if (topic !== wanted) {
      throw new UndecodableRecord(
        'record.wrong-topic',
        `an event of ${aggregate} stands in ${topic}, not in ${wanted}`,
      );
    }
    if (key?.toString('utf8') !== event.streamId) {
      throw malformed(`the record's key is not its stream, ${event.streamId.slice(0, 100)}`);
    }
    if (!event.streamId.startsWith(`${aggregate}-`)) {
      throw malformed(`the stream ${event.streamId.slice(0, 100)} is none of ${aggregate}`);
    }
    return attributes;
  }
}

function read(
  { type, event }: EventAttributes,
  writer: WriterSchema | undefined,
  schemaId: number,
  body: Buffer,
): RecordedEvent {
  const { schemaVersion } = event.metadata;
  if (!writer) {
    const message = `schema ${schemaId}, by which ${type} in version ${schemaVersion} was written, is unknown`;
    throw new UndecodableRecord('record.unknown-schema', message);
  }
  if (writer.type !== type || (writer.version !== null && writer.version !== schemaVersion)) {
    const written = `${writer.type}${writer.version === null ? '' : ` in version ${writer.version}`}`;
    throw malformed(
      `the headers say ${type} in version ${schemaVersion}, and schema ${schemaId} is that of ${written}`,
    );
  }
  const { data, version } = attempt(`the body of ${type}`, () => writer.read(body));
  // Field by field, since spreading costs as much as the rest of decoding.
  const { id, streamId, revision, position, recordedAt } = event;
  const { commandId, correlationId, causationId, actor, traceparent } = event.metadata;
  const metadata = { commandId, correlationId, causationId, actor, traceparent, schemaVersion: version };
  return upcast({ id, type, data, metadata, streamId, revision, position, recordedAt });
}

function bodyOf(event: RecordedEvent, encode: () => Buffer): Buffer {
  try {
    return encode();
  } catch (error) {
    const { type, metadata } = event;
    const message = `event ${event.id} is not what the schema of ${type} in version ${metadata.schemaVersion} describes`;
    throw new RangeError(`${message}: ${reasonOf(error)}`, { cause: error });
  }
}

function attempt<Result>(what: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw malformed(`${what} cannot be read: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
