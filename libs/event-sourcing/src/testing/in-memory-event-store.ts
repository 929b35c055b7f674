import type {
  Append,
  AppendOutcome,
  EventStore,
  Position,
  ReadAll,
  ReadPage,
  RecordedEvent,
  StreamPlace,
  Unsubscribe,
} from '../event-store';

/** The event store's rules in their simplest form, for tests of pure parts; it passes the same suite as the real ones. */
export class InMemoryEventStore implements EventStore {
  readonly #events: RecordedEvent[] = [];
  readonly #listeners = new Set<() => void>();

  append({ streamId, expected, events }: Append): Promise<AppendOutcome> {
    if (events.length === 0) return Promise.reject(new RangeError('an append needs at least one event'));
    const stream = this.#stream(streamId);
    const repeated = this.#repeated(stream, expected, events);
    if (repeated) return Promise.resolve({ ok: true, ...repeated, repeated: true });
    const head = stream.length - 1;
    if (expected !== 'any' && (expected === 'no-stream' ? -1 : expected) !== head) {
      return Promise.resolve({ ok: false, reason: 'wrong-revision', actual: head < 0 ? 'no-stream' : head });
    }
    events.forEach((event, index) =>
      this.#events.push({
        ...structuredClone(event),
        streamId,
        revision: head + 1 + index,
        position: BigInt(this.#events.length + 1),
        recordedAt: new Date(),
      }),
    );
    for (const listener of this.#listeners) queueMicrotask(listener);
    const position = BigInt(this.#events.length);
    return Promise.resolve({ ok: true, revision: head + events.length, position, repeated: false });
  }

  appendMany(appends: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return Promise.all(appends.map((append) => this.append(append)));
  }

  readStream(streamId: string, options: { readonly fromRevision?: number } = {}): Promise<readonly RecordedEvent[]> {
    return Promise.resolve(this.#stream(streamId).slice(options.fromRevision ?? 0));
  }

  readStreams(streamIds: readonly string[]): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const streams = streamIds.map((id) => [id, this.#stream(id)] as const);
    return Promise.resolve(new Map(streams.filter(([, events]) => events.length > 0)));
  }

  headRevisions(streamIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const heads = streamIds.map((id) => [id, this.#stream(id).length - 1] as const);
    return Promise.resolve(new Map(heads.filter(([, head]) => head >= 0)));
  }

  readAt(places: readonly StreamPlace[]): Promise<readonly RecordedEvent[]> {
    return Promise.resolve(places.flatMap(({ streamId, revision }) => this.#stream(streamId)[revision] ?? []));
  }

  readAll({ after, limit, types }: ReadAll): Promise<ReadPage> {
    const head = BigInt(this.#events.length);
    const wanted = this.#events.filter((e) => e.position > after && (types === undefined || types.includes(e.type)));
    const events = wanted.slice(0, limit);
    const readUpTo = wanted.length > limit ? (events.at(-1)?.position ?? after) : head > after ? head : after;
    return Promise.resolve({ events, readUpTo, more: readUpTo < head });
  }

  head(): Promise<Position> {
    return Promise.resolve(BigInt(this.#events.length));
  }

  onAppended(listener: () => void): Promise<Unsubscribe> {
    this.#listeners.add(listener);
    return Promise.resolve(() => {
      this.#listeners.delete(listener);
      return Promise.resolve();
    });
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  #stream(streamId: string): readonly RecordedEvent[] {
    return this.#events.filter((event) => event.streamId === streamId);
  }

  /** Where just these events stand already, if they do. */
  #repeated(stream: readonly RecordedEvent[], expected: Append['expected'], events: Append['events']) {
    const first =
      expected === 'any'
        ? stream.findIndex((event) => event.id === events[0]?.id)
        : (expected === 'no-stream' ? -1 : expected) + 1;
    const there = first < 0 ? [] : stream.slice(first, first + events.length);
    const last = there.at(-1);
    if (there.length < events.length || !last) return null;
    return there.every((event, index) => event.id === events[index]?.id)
      ? { revision: last.revision, position: last.position }
      : null;
  }
}
