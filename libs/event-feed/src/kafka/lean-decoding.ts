import { createRequire } from 'node:module';
import type { IHeaders } from 'kafkajs';

/** What kafkajs 2.2.4 knows of the batch in which a record stands (src/protocol/recordBatch/v0/decoder). */
export interface BatchContext {
  readonly magicByte: number;
  /** Whole numbers as texts. */
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  /** 0 for the producer's own times, 1 for those of the log. */
  readonly timestampType: number;
  readonly isControlBatch: boolean;
}

/** The bytes of one record without their length, and how far they were read. */
interface RecordBytes {
  readonly buffer: Buffer;
  offset: number;
}

interface DecodedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

type DecodeRecord = (bytes: RecordBytes, context: BatchContext) => DecodedRecord;

const DECODE_RECORD = 'kafkajs/src/protocol/recordBatch/record/v0/decoder';
const LOG_APPEND_TIME = 1;
/** Sums up to here are exact in a number: an offset or a time, and the delta that is added to it. */
const LARGEST_BASE = 2 ** 52;
const kafkajs = createRequire(__filename);

/** kafkajs's own decoding of a record. */
export const decodeAtLength = kafkajs(DECODE_RECORD) as DecodeRecord;

/**
 * Makes consumers decode a record in one pass. kafkajs 2.2.4 copies the headers met so far into a new object for each header,
 * and adds offsets and times as big integers: with the fifteen headers of an event that takes longer than everything else
 * that is done with it. Applies to every client of the process that has not fetched anything yet; may be called again.
 */
export function decodeRecordsLean(): void {
  const module = kafkajs.cache[kafkajs.resolve(DECODE_RECORD)];
  if (module) module.exports = decodeLean;
}

/**
 * The same record as `decodeAtLength` gives, but for two things: header values that are ASCII come as strings instead of
 * buffers, and a header named `toString` or `__proto__` is one like any other. The form of a record: https://kafka.apache.org/documentation/#record.
 */
export function decodeLean(bytes: RecordBytes, context: BatchContext): DecodedRecord {
  const firstOffset = Number(context.firstOffset);
  const firstTimestamp = Number(context.firstTimestamp);
  const reader = new Reader(bytes.buffer);
  const attributes = reader.byte();
  const timestampDelta = reader.varint();
  const offsetDelta = reader.varint();
  const key = reader.part();
  const value = reader.part();
  const headers = reader.headers();
  // Numbers of more than 32 bits, and headers without a value, are seldom: kafkajs can do them.
  const isPlain = reader.isPlain && firstOffset <= LARGEST_BASE && firstTimestamp <= LARGEST_BASE;
  if (!isPlain || headers === null) return decodeAtLength(bytes, context);
  return {
    magicByte: context.magicByte,
    attributes,
    timestamp:
      context.timestampType === LOG_APPEND_TIME ? context.maxTimestamp : String(firstTimestamp + timestampDelta),
    offset: String(firstOffset + offsetDelta),
    key,
    value,
    headers,
    isControlRecord: context.isControlBatch,
    batchContext: context,
  };
}

class Reader {
  /** False once a number was met that needs more than 32 bits. */
  isPlain = true;
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Signed. */
  byte(): number {
    return ((this.#bytes[this.#at++] ?? 0) << 24) >> 24;
  }

  /** Zigzag: https://protobuf.dev/programming-guides/encoding/#signed-ints. */
  varint(): number {
    let raw = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++] ?? 0;
      // The fifth byte would have the bits 28 to 34.
      if (shift === 28 && byte > 0x0f) this.isPlain = false;
      if (shift > 28) return 0;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
  }

  /** A view of so many bytes as the length before them says; null for -1. */
  part(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Null when one has no name or no value. */
  headers(): IHeaders | null {
    const count = this.varint();
    const headers: IHeaders = {};
    if (count <= 0) return headers;
    // One text of everything, of which the parts are cut: each call of the buffer's own methods costs more than that.
    const start = this.#at;
    const text = this.#bytes.toString('latin1', start);
    for (let index = 0; index < count; index++) {
      const name = this.#name(text, start, index);
      const value = this.#value(text, start);
      if (name === null || value === null) return null;
      add(headers, name, value);
    }
    return headers;
  }

  /** The records of a topic have the same headers in the same order, and a known name is cheaper than a new one. */
  #name(text: string, start: number, index: number): string | null {
    const from = this.#at;
    const length = this.varint();
    const known = KNOWN_NAMES[index];
    if (known?.length === length && text.startsWith(known, this.#at - start)) {
      this.#at += length;
      return known;
    }
    this.#at = from;
    const value = this.#value(text, start);
    if (value === null) return null;
    if (typeof value !== 'string') return value.toString('utf8');
    // A copy: the part would keep the whole text.
    if (index < MOST_KNOWN) KNOWN_NAMES[index] = Buffer.from(value).toString();
    return value;
  }

  #value(text: string, start: number): string | Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const bytes = this.#bytes;
    const from = this.#at;
    const end = (this.#at += length);
    let bits = 0;
    for (let index = from; index < end; index++) bits |= bytes[index] as number;
    return bits < 0x80 ? text.slice(from - start, end - start) : bytes.subarray(from, end);
  }
}

/** A header may come several times, and be named like what every object inherits. */
function add(headers: IHeaders, name: string, value: string | Buffer): void {
  const found = headers[name];
  const before = found === undefined || Object.hasOwn(headers, name) ? found : undefined;
  const all = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  if (name !== '__proto__') headers[name] = all;
  else Object.defineProperty(headers, name, { value: all, enumerable: true, configurable: true, writable: true });
}

/** ASCII names by their place in the last records. */
const KNOWN_NAMES: string[] = [];
const MOST_KNOWN = 32;
