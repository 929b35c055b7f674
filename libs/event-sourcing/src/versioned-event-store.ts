import type {
  Append,
  AppendOutcome,
  EventStore,
  NewEvent,
  Position,
  ReadAll,
  ReadPage,
  RecordedEvent,
  StreamPlace,
  Unsubscribe,
} from './event-store';

export interface EventVersions {
  /** The version of its schema in which an event type is written now; types that it lacks are in their first. */
  readonly current: ReadonlyMap<string, number>;
  /** Brings an event of an older version up to the current one. Throws a `RangeError` for a newer one. */
  readonly upcast: (event: RecordedEvent) => RecordedEvent;
}

/** A store whose readers meet events in their current version only, and whose writers need not know it. */
export class VersionedEventStore implements EventStore {
  readonly #store: EventStore;
  readonly #versions: EventVersions;

  constructor(store: EventStore, versions: EventVersions) {
    this.#store = store;
    this.#versions = versions;
  }

  append(append: Append): Promise<AppendOutcome> {
    return this.#store.append(this.#stamped(append));
  }

  appendMany(appends: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return this.#store.appendMany(appends.map((append) => this.#stamped(append)));
  }

  async readStream(streamId: string, options?: { readonly fromRevision?: number }): Promise<readonly RecordedEvent[]> {
    return (await this.#store.readStream(streamId, options)).map(this.#versions.upcast);
  }

  async readStreams(streamIds: readonly string[]): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const streams = await this.#store.readStreams(streamIds);
    return new Map([...streams].map(([streamId, events]) => [streamId, events.map(this.#versions.upcast)]));
  }

  headRevisions(streamIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#store.headRevisions(streamIds);
  }

  async readAt(places: readonly StreamPlace[]): Promise<readonly RecordedEvent[]> {
    return (await this.#store.readAt(places)).map(this.#versions.upcast);
  }

  async readAll(options: ReadAll): Promise<ReadPage> {
    const page = await this.#store.readAll(options);
    return { ...page, events: page.events.map(this.#versions.upcast) };
  }

  head(): Promise<Position> {
    return this.#store.head();
  }

  onAppended(listener: () => void): Promise<Unsubscribe> {
    return this.#store.onAppended(listener);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #stamped(append: Append): Append {
    return { ...append, events: append.events.map((event) => this.#inCurrentVersion(event)) };
  }

  #inCurrentVersion(event: NewEvent): NewEvent {
    const version = this.#versions.current.get(event.type) ?? event.metadata.schemaVersion;
    if (version === event.metadata.schemaVersion) return event;
    return { ...event, metadata: { ...event.metadata, schemaVersion: version } };
  }
}
