import { createRequire } from 'node:module';

/** What kafkajs 2.2.4 encodes as one record (src/protocol/recordBatch/record/v0). */
export interface RecordFields {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: Buffer | string | null | undefined;
  readonly value?: Buffer | string | null | undefined;
  readonly headers?: Readonly<Record<string, Buffer | string | readonly (Buffer | string)[]>>;
}

/** kafkajs's growing buffer: what it holds are the bytes of `buf` up to `offset`. */
interface Encoded {
  buf: Buffer;
  offset: number;
  readonly buffer: Buffer;
}

type EncodeRecord = (fields: RecordFields) => Encoded;

const ENCODE_RECORD = 'kafkajs/src/protocol/recordBatch/record/v0';
const kafkajs = createRequire(__filename);
const encoderPrototype = (kafkajs('kafkajs/src/protocol/encoder') as { prototype: object }).prototype;

/** kafkajs's own encoding of a record. */
export const encodeAtLength = kafkajs(ENCODE_RECORD) as EncodeRecord;

/** Beyond this, kafkajs's own arithmetic of large numbers is needed. */
const LARGEST_DELTA = 2 ** 30;

/**
 * Makes producers encode a record in one buffer of its own size. kafkajs 2.2.4 makes a zeroed buffer of 512 bytes for the record
 * and one for each of its headers, and copies them into one another: with the fifteen headers of an event that takes
 * three times as long as everything else that sending it needs. Applies to every client of the process that has not sent
 * anything yet; may be called again.
 */
export function encodeRecordsLean(): void {
  const module = kafkajs.cache[kafkajs.resolve(ENCODE_RECORD)];
  if (module) module.exports = encodeLean;
}

/** The same bytes as `encodeAtLength` gives: https://kafka.apache.org/documentation/#record. */
export function encodeLean(fields: RecordFields): Encoded {
  const { offsetDelta = 0, timestampDelta = 0, key, value, headers = {} } = fields;
  const names = Object.keys(headers);
  // Several values of one header, and numbers that need more than 32 bits, are seldom: kafkajs can do them.
  const isPlain = timestampDelta >= 0 && timestampDelta < LARGEST_DELTA && offsetDelta < LARGEST_DELTA;
  if (!isPlain || names.some((name) => Array.isArray(headers[name]))) return encodeAtLength(fields);
  // A loop, not a chain of arrays: it runs for each header of each record.
  let size = 1 + sizeOfVarint(timestampDelta) + sizeOfVarint(offsetDelta) + sizeOfVarint(names.length);
  size += sizeOfPart(key) + sizeOfPart(value);
  for (const name of names) size += sizeOfPart(name) + sizeOfPart(headers[name] as Part);

  const writer = new Writer(Buffer.allocUnsafe(sizeOfVarint(size) + size));
  writer.varint(size);
  writer.byte(0); // no attributes
  writer.varint(timestampDelta);
  writer.varint(offsetDelta);
  writer.part(key);
  writer.part(value);
  writer.varint(names.length);
  for (const name of names) {
    writer.part(name);
    writer.part(headers[name] as Part);
  }
  const encoded = Object.create(encoderPrototype) as Encoded;
  encoded.buf = writer.buffer;
  encoded.offset = writer.buffer.length;
  return encoded;
}

type Part = Buffer | string | null | undefined;

/** With the length before it. */
function sizeOfPart(part: Part): number {
  if (part === null || part === undefined) return 1;
  const length = Buffer.byteLength(part);
  return sizeOfVarint(length) + length;
}

/** Zigzag makes small negative numbers small: https://protobuf.dev/programming-guides/encoding/#signed-ints. */
function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function sizeOfVarint(value: number): number {
  let bytes = 1;
  for (let rest = zigzag(value); rest >= 0x80; rest >>>= 7) bytes += 1;
  return bytes;
}

class Writer {
  readonly buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  byte(value: number): void {
    this.buffer[this.#at++] = value;
  }

  varint(value: number): void {
    let rest = zigzag(value);
    for (; rest >= 0x80; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  /** Its length in bytes, -1 for null, and then itself. */
  part(part: Part): void {
    if (part === null || part === undefined) {
      this.varint(-1);
      return;
    }
    this.varint(Buffer.byteLength(part));
    this.#at += typeof part === 'string' ? this.buffer.write(part, this.#at) : part.copy(this.buffer, this.#at);
  }
}
