import type { EventRecord, TopicDeclaration } from '#event-sourcing';

/** What Kafka takes when a topic does not say `max.message.bytes` (its broker setting `message.max.bytes`). */
const KAFKA_DEFAULT_BYTES = 1_048_588;
/** The head of a record batch (61 bytes) and the lengths and deltas of a record (Kafka protocol, "Record Batch"), at most. */
const FRAME_BYTES = 100;
/** Two lengths of a header. */
const HEADER_FRAME_BYTES = 10;

/** Bytes that a record takes on the wire at most, uncompressed, in a batch of its own. */
export function sizeOf({ key, value, headers }: EventRecord): number {
  let bytes = FRAME_BYTES + value.length + Buffer.byteLength(key);
  for (const [name, text] of Object.entries(headers)) {
    bytes += HEADER_FRAME_BYTES + Buffer.byteLength(name) + Buffer.byteLength(text);
  }
  return bytes;
}

/** Bytes that a record of a topic may have at most. */
export function limitOf({ config }: TopicDeclaration): number {
  const declared = config['max.message.bytes'];
  return declared === undefined ? KAFKA_DEFAULT_BYTES : Number(declared);
}
