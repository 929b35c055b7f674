import type { EventRecords, EventStore, Fault, FeedSource, RecordedEvent } from '#event-sourcing';
import type { ParkedEvents, ParkedRow } from './parked-events';

export interface ParkingParts {
  readonly parked: ParkedEvents;
  readonly store: EventStore;
  /** Decodes records that could not be decoded before; absent where no records come. */
  readonly records?: EventRecords;
  readonly sourceOf: (streamId: string) => FeedSource;
}

/** The parked events of a feed, by the sources that the feed has today: they may have been parked when it had others. */
export class Parking {
  readonly #parts: ParkingParts;

  constructor(parts: ParkingParts) {
    this.#parts = parts;
  }

  hasAny(group: string): Promise<boolean> {
    return this.#parts.parked.hasAny(group);
  }

  /** The streams of a source of which events are parked, so that later ones must wait. */
  async waitingStreams(group: string, source: FeedSource): Promise<ReadonlySet<string>> {
    const streams = await this.#parts.parked.waitingStreams(group);
    return new Set(streams.map(({ streamId }) => streamId).filter((id) => this.#parts.sourceOf(id) === source));
  }

  /** What is to be replayed of a source: the parked events of each stream in their order, and each record of none. */
  async toReplay(group: string, source: FeedSource): Promise<readonly (readonly ParkedRow[])[]> {
    const { parked, sourceOf } = this.#parts;
    const streams = (await parked.waitingStreams(group)).filter(
      ({ streamId, replay }) => replay && sourceOf(streamId) === source,
    );
    const rows = await Promise.all(streams.map(({ streamId }) => parked.ofStream(group, streamId)));
    return [...rows, ...(await parked.streamless(group, source)).map((row) => [row])];
  }

  /** The event as it stands in the store, or as its record decodes by now. Throws `UndecodableRecord` as `decode` does. */
  async recall({ streamId, position, record }: ParkedRow): Promise<RecordedEvent> {
    const { store, records } = this.#parts;
    if (record) {
      if (!records) throw new Error('this is a record of Kafka: only a feed of Kafka can decode it');
      return records.decode(record);
    }
    const history = streamId === null ? [] : await store.readStream(streamId);
    const event = history.find((one) => one.position === position);
    if (!event) throw new Error(`the store has no event at position ${position} in ${streamId}`);
    return event;
  }

  failedAgain(failed: ParkedRow, behind: readonly ParkedRow[], fault: Fault): Promise<void> {
    return this.#parts.parked.failedAgain(failed, behind, fault);
  }
}
