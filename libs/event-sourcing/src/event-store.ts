/**
 * Terms used here. A *stream* is the history of one aggregate; its events have the *revisions* 0, 1, 2, … without gaps. A
 * *position* is an event's place in the one order over all streams: it only grows, and a reader that has seen position p
 * never meets a smaller one later. Positions need not be contiguous (EventStoreDB's are not).
 */

export type Position = bigint;

/** The position before the first event. */
export const START: Position = 0n;

/** What an append assumes about its stream. `any` gives up the protection against lost updates: logs only. */
export type ExpectedRevision = number | 'no-stream' | 'any';

/** Who and what caused an event. Person ids only: names and addresses never enter an event. */
export interface EventMetadata {
  /** The command that was decided. A repeated command has the same id. */
  readonly commandId: string;
  /** Shared by everything that follows from one request from outside. */
  readonly correlationId: string;
  /** The event that led to the command, if an event did. */
  readonly causationId: string | null;
  /** The person (uuid) or system (`system:scheduler`) in whose name it happened. */
  readonly actor: string;
  /** W3C trace context of the request, if it had one. */
  readonly traceparent: string | null;
  /** Version of the payload's schema; the first is 1. */
  readonly schemaVersion: number;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** An event that is to be stored. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  /** Made from the command's id, so that a repeated append is recognised. */
  readonly id: string;
  readonly type: Type;
  /** A plain JSON object without `undefined`, which Avro can express. */
  readonly data: Data;
  readonly metadata: EventMetadata;
}

/** An event as it was stored. */
export interface RecordedEvent<Type extends string = string, Data = unknown> extends NewEvent<Type, Data> {
  readonly streamId: string;
  readonly revision: number;
  readonly position: Position;
  /** When the store took it, on the store's clock. */
  readonly recordedAt: Date;
}

export interface Append {
  readonly streamId: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
}

/**
 * The outcome of one append. `repeated` means that just these events (by id) already stand where they would have been put,
 * so the caller's first try had succeeded: its answer was lost, nothing was written again.
 */
export type AppendOutcome =
  | { readonly ok: true; readonly revision: number; readonly position: Position; readonly repeated: boolean }
  | { readonly ok: false; readonly reason: 'wrong-revision'; readonly actual: number | 'no-stream' };

export interface EventStore {
  /** Appends all events or none. An empty list is refused with a `RangeError`. */
  append(append: Append): Promise<AppendOutcome>;
  /**
   * Appends to many different streams and answers for each, in the order given. Each append is whole or absent; nothing is
   * promised across streams.
   */
  appendMany(appends: readonly Append[]): Promise<readonly AppendOutcome[]>;
  /** A stream's events in order of revision, from `fromRevision` (default 0). An unknown stream gives an empty list. */
  readStream(streamId: string, options?: { readonly fromRevision?: number }): Promise<readonly RecordedEvent[]>;
  /** All events of each stream, as `readStream` gives them; streams without events are absent from the map. */
  readStreams(streamIds: readonly string[]): Promise<ReadonlyMap<string, readonly RecordedEvent[]>>;
  /** The revision of the last event of each stream; streams without events are absent from the map. */
  headRevisions(streamIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The events that stand at a revision of their streams, in any order; a revision without an event is left out. */
  readAt(places: readonly StreamPlace[]): Promise<readonly RecordedEvent[]>;
  /** At most `limit` events after a position, of the given types (all if absent), in order. */
  readAll(options: ReadAll): Promise<ReadPage>;
  /** The position of the last event stored, or `START`. */
  head(): Promise<Position>;
  /** Calls back soon after something was appended by anybody; may miss and may cry wolf: reading is the truth. */
  onAppended(listener: () => void): Promise<Unsubscribe>;
  close(): Promise<void>;
}

export interface StreamPlace {
  readonly streamId: string;
  readonly revision: number;
}

export interface ReadAll {
  readonly after: Position;
  readonly limit: number;
  readonly types?: readonly string[];
}

export interface ReadPage {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here has been looked at: where the next read may begin, also when no event matched. */
  readonly readUpTo: Position;
  /** False when the end of the log was reached. */
  readonly more: boolean;
}

export type Unsubscribe = () => Promise<void>;
