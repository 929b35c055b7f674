import type { Checkpoint, Fault, Position, ReceivedRecord, RecordedEvent } from '#event-sourcing';

/** What a source holds at one place: an event, or a record that is none. */
export interface FeedEntry {
  readonly event: RecordedEvent | null;
  /** Null where the stream cannot be told. */
  readonly streamId: string | null;
  /** Kafka's offset of the record; null from the store. */
  readonly offset: string | null;
  /** Set on what must be parked without being tried. */
  readonly fault?: Fault;
  /** The record as it came, when it could not be decoded. */
  readonly record?: ReceivedRecord;
}

/** Where a source stands once these entries, which begin after `from`, are dealt with. A position never goes back. */
export function checkpointAfter(from: Checkpoint, entries: readonly FeedEntry[]): Checkpoint {
  const offset = entries.at(-1)?.offset ?? null;
  return {
    position: entries.reduce<Position>(
      (last, { event }) => (event && event.position > last ? event.position : last),
      from.position,
    ),
    offset: offset === null ? from.offset : (BigInt(offset) + 1n).toString(),
  };
}
