import {
  CheckpointMoved,
  type Checkpoint,
  type EventStore,
  type FeedSource,
  type Position,
  type RecordedEvent,
} from '#event-sourcing';
import { checkpointAfter, type FeedEntry } from '../delivery/feed-entry';
import { DeliveryEnded, type SourceDelivery } from '../delivery/source-delivery';

/** Partitions that need it at the same time are given this time to gather, so that one scan serves them all. */
const GATHER_MS = 50;
const PAGE_EVENTS = 1000;
/** Events held back at most, so that partitions get batches and not single events. */
const HELD_EVENTS = 10_000;

export interface CatchUpTarget {
  readonly topic: string;
  readonly partition: number;
  readonly source: FeedSource;
  readonly delivery: SourceDelivery;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Up to here the group has applied the source's events. */
  readonly from: Position;
  /** Where consuming goes on; null: at what is the partition's end now. */
  readonly offset: string | null;
}

export interface CatchUpParts {
  readonly store: EventStore;
  readonly types: readonly string[] | undefined;
  readonly batchSize: number;
  readonly sourceOf: (streamId: string) => FeedSource;
  /** The offset after the last record of each partition of a topic. */
  readonly endsOf: (topic: string) => Promise<ReadonlyMap<number, string>>;
}

interface Waiting {
  readonly target: CatchUpTarget;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A target during a scan. */
interface Sink extends Waiting {
  readonly offset: string;
  held: FeedEntry[];
}

/**
 * Delivers from the event store what a partition no longer has or the group never read. First it is known where consuming
 * goes on, then the store's head is read: whatever lies before that offset was in the store by then, so delivering up to the
 * head leaves nothing out, and what comes again after the offset is dropped by its position.
 */
export class CatchUp {
  readonly #parts: CatchUpParts;
  #waiting: Waiting[] = [];
  #scanning = false;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
  }

  /**
   * Returns once the target's checkpoint stands at the store's head and the offset to go on at. Throws what the delivery and
   * the store throw; what was delivered until then is kept.
   */
  run(target: CatchUpTarget): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ target, resolve, reject });
      if (!this.#scanning) void this.#scanAll();
    });
  }

  async #scanAll(): Promise<void> {
    this.#scanning = true;
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      const gathered = this.#waiting;
      this.#waiting = [];
      try {
        await this.#scan(gathered);
      } catch (error) {
        // Those who were done already hear nothing of it.
        for (const { reject } of gathered) reject(error);
      }
    }
    this.#scanning = false;
  }

  async #scan(gathered: readonly Waiting[]): Promise<void> {
    const { store, types } = this.#parts;
    const sinks = await this.#sinksOf(gathered);
    const head = await store.head();
    let after = gathered.reduce((least, { target }) => (target.from < least ? target.from : least), head);
    while (after < head && sinks.size > 0) {
      const page = await store.readAll({ after, limit: PAGE_EVENTS, ...(types && { types }) });
      for (const event of page.events) if (event.position <= head) this.#hold(sinks, event);
      await this.#flushFull(sinks);
      this.#leaveOutEnded(sinks);
      after = page.readUpTo;
      if (!page.more) break;
    }
    for (const sink of [...sinks.values()]) {
      await this.#flush(sinks, sink, { position: head, offset: sink.offset });
      sink.resolve();
    }
  }

  async #sinksOf(gathered: readonly Waiting[]): Promise<Map<FeedSource, Sink>> {
    const topics = new Set(gathered.filter(({ target }) => target.offset === null).map(({ target }) => target.topic));
    const ends = new Map(
      await Promise.all([...topics].map(async (topic) => [topic, await this.#parts.endsOf(topic)] as const)),
    );
    return new Map(
      gathered.map((waiting) => {
        const { topic, partition, source, offset } = waiting.target;
        const end = offset ?? ends.get(topic)?.get(partition);
        if (end === undefined) throw new Error(`${topic} has no partition ${partition}`);
        return [source, { ...waiting, offset: end, held: [] }];
      }),
    );
  }

  #hold(sinks: ReadonlyMap<FeedSource, Sink>, event: RecordedEvent): void {
    const sink = sinks.get(this.#parts.sourceOf(event.streamId));
    if (sink && event.position > sink.target.from) sink.held.push({ event, streamId: event.streamId, offset: null });
  }

  /** Delivers full batches, and the fullest while too much is held. */
  async #flushFull(sinks: Map<FeedSource, Sink>): Promise<void> {
    const fullestFirst = [...sinks.values()].sort((a, b) => b.held.length - a.held.length);
    let held = fullestFirst.reduce((sum, sink) => sum + sink.held.length, 0);
    for (const sink of fullestFirst) {
      const { length } = sink.held;
      if (length < this.#parts.batchSize && held <= HELD_EVENTS) return;
      held -= length;
      await this.#flush(sinks, sink, checkpointAfter(sink.target.delivery.checkpoint, sink.held));
    }
  }

  #leaveOutEnded(sinks: Map<FeedSource, Sink>): void {
    for (const { target, reject } of sinks.values()) {
      if (!target.signal.aborted) continue;
      sinks.delete(target.source);
      reject(new DeliveryEnded(target.source));
    }
  }

  /** A target that cannot go on is left out of the scan and told why. */
  async #flush(sinks: Map<FeedSource, Sink>, sink: Sink, end: Checkpoint): Promise<void> {
    const { batchSize } = this.#parts;
    const { delivery, source } = sink.target;
    const entries = sink.held;
    sink.held = [];
    try {
      while (entries.length > batchSize) {
        const part = entries.splice(0, batchSize);
        await delivery.deliver(part, checkpointAfter(delivery.checkpoint, part));
      }
      await delivery.deliver(entries, end);
    } catch (error) {
      if (!(error instanceof CheckpointMoved || error instanceof DeliveryEnded)) throw error;
      sinks.delete(source);
      sink.reject(error);
    }
  }
}
