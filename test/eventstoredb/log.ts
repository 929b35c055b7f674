import { EventEmitter, setMaxListeners } from 'node:events';

/** What a client proposes to append. */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface LogRecord extends Proposed {
  readonly streamId: string;
  readonly revision: number;
  /** Byte offset in the log: it grows by the size of each record, so positions have gaps. */
  readonly position: bigint;
  /** Hundreds of nanoseconds since 1970, as the server counts time. */
  readonly created: bigint;
}

export type Expected = number | 'no-stream' | 'any' | 'stream-exists';

export type Decision =
  | { readonly ok: true; readonly last: LogRecord }
  /** `current` is -1 for a stream that does not exist. */
  | { readonly ok: false; readonly current: number };

/** Bytes that a record takes beside its texts. */
const RECORD_OVERHEAD = 96;
/** The server writes records of its own between those of its users: one after so many. */
const STATISTICS_EVERY = 7;

/**
 * EventStoreDB's transaction log in memory, as far as clients can see it: one order of byte offsets over all streams, system
 * records in between, and appends that are idempotent by event id.
 */
export class TransactionLog {
  readonly #records: LogRecord[] = [];
  readonly #streams = new Map<string, LogRecord[]>();
  readonly #emitter = new EventEmitter<{ record: [LogRecord] }>();
  #end = 0n;

  constructor() {
    setMaxListeners(0, this.#emitter);
    this.writeSystemRecord('$users', '$User');
    this.writeSystemRecord('$user-admin', '$UserCreated');
  }

  get records(): readonly LogRecord[] {
    return this.#records;
  }

  /** A stream's records by revision; `undefined` for one that does not exist. */
  stream(streamId: string): readonly LogRecord[] | undefined {
    return this.#streams.get(streamId);
  }

  /** Calls back for each record that is written from now on. Gives what ends it. */
  onRecord(listener: (record: LogRecord) => void): () => void {
    this.#emitter.on('record', listener);
    return () => this.#emitter.off('record', listener);
  }

  append(streamId: string, expected: Expected, events: readonly Proposed[]): Decision {
    const stream = this.stream(streamId) ?? [];
    const current = stream.length - 1;
    const written = writtenBefore(stream, expected, events);
    if (written !== 'no') return written === 'in-part' ? { ok: false, current } : { ok: true, last: written };
    if (!meets(expected, current)) return { ok: false, current };
    let last = this.#write(streamId, events[0]!);
    for (const event of events.slice(1)) last = this.#write(streamId, event);
    return { ok: true, last };
  }

  writeSystemRecord(streamId: string, type: string): void {
    const nothing = new TextEncoder().encode('{}');
    this.#write(streamId, {
      id: crypto.randomUUID(),
      type,
      contentType: 'application/json',
      data: nothing,
      metadata: nothing,
    });
  }

  #write(streamId: string, proposed: Proposed): LogRecord {
    const stream = this.#streams.get(streamId) ?? [];
    this.#streams.set(streamId, stream);
    const created = BigInt(Date.now()) * 10_000n;
    const record = { ...proposed, streamId, revision: stream.length, position: this.#end, created };
    this.#end += BigInt(RECORD_OVERHEAD + streamId.length + proposed.data.length + proposed.metadata.length);
    stream.push(record);
    this.#records.push(record);
    this.#emitter.emit('record', record);
    if (!streamId.startsWith('$') && this.#records.length % STATISTICS_EVERY === 0) {
      this.writeSystemRecord('$stats-127.0.0.1:2113', '$statsCollected');
    }
    return record;
  }
}

/**
 * Whether an append's events stand in the stream already, told by id as the server does: at the place named by the expected
 * revision, or anywhere for `any`. Gives the last one, so that the write is acknowledged again.
 */
function writtenBefore(
  stream: readonly LogRecord[],
  expected: Expected,
  events: readonly Proposed[],
): LogRecord | 'no' | 'in-part' {
  const anywhere = expected === 'any' || expected === 'stream-exists';
  const first = anywhere
    ? stream.findIndex(({ id }) => id === events[0]?.id)
    : (expected === 'no-stream' ? -1 : expected) + 1;
  if (first < 0 || stream[first]?.id !== events[0]?.id) return 'no';
  const all = events.every(({ id }, index) => stream[first + index]?.id === id);
  return all ? stream[first + events.length - 1]! : 'in-part';
}

function meets(expected: Expected, current: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'stream-exists') return current >= 0;
  return (expected === 'no-stream' ? -1 : expected) === current;
}
