import {
  CheckpointMoved,
  STORE_SOURCE,
  type EventStore,
  type FeedSubscription,
  type Position,
  type ReadPage,
} from '#event-sourcing';
import type { Logger } from '#platform';
import { backoffMs, pause } from './delivery/backoff';
import { DeliveryEnded, SourceDelivery } from './delivery/source-delivery';
import type { Parking } from './parking/parking';
import { PAGE_EVENTS, type SharedPages } from './shared-pages';
import { standBy } from './standby';

const DEFAULT_BATCH = 500;
/** Notifications only wake the reader: what they miss is found within this time. */
const POLL_MS = 1000;
/** A checkpoint is moved over events that do not concern the group only this seldom: each move is a write. */
const EMPTY_STRIDE = 5000n;

export interface StoreReaderParts {
  readonly store: EventStore;
  readonly pages: SharedPages;
  readonly subscription: FeedSubscription;
  readonly parking: Parking | undefined;
  readonly logger: Logger | undefined;
  /** Milliseconds; see `standBy`. */
  readonly standbyMs?: number | undefined;
}

/** Follows the store's feed for one subscription. */
export class StoreReader {
  readonly #store: EventStore;
  readonly #pages: SharedPages;
  readonly #subscription: FeedSubscription;
  readonly #delivery: SourceDelivery;
  readonly #standbyMs: number | undefined;
  readonly #stopped = new AbortController();
  #woken = false;
  /** At the start as well: a replay may have been asked for while nobody ran. */
  #parkedChanged = true;
  #wakeUp: (() => void) | undefined;

  constructor({ store, pages, subscription, parking, logger, standbyMs }: StoreReaderParts) {
    this.#store = store;
    this.#pages = pages;
    this.#subscription = subscription;
    this.#standbyMs = standbyMs;
    const { signal } = this.#stopped;
    this.#delivery = new SourceDelivery({ subscription, source: STORE_SOURCE, parking, logger, signal });
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  parkedChanged(): void {
    this.#parkedChanged = true;
    this.wake();
  }

  stop(): void {
    this.#stopped.abort();
    this.#wakeUp?.();
  }

  async run(): Promise<void> {
    const { signal } = this.#stopped;
    let failures = 0;
    let overtakenAt: Position | undefined;
    while (!signal.aborted) {
      try {
        if (overtakenAt !== undefined) await this.#standBy(overtakenAt);
        overtakenAt = undefined;
        await this.#follow(() => (failures = 0));
      } catch (error) {
        if (error instanceof CheckpointMoved) overtakenAt = this.#delivery.checkpoint.position;
        if (error instanceof CheckpointMoved || error instanceof DeliveryEnded) continue;
        failures += 1;
        this.#subscription.onError?.(error, failures, STORE_SOURCE);
        await pause(backoffMs(failures), signal);
      }
    }
  }

  #standBy(overtakenAt: Position): Promise<void> {
    const { signal } = this.#stopped;
    const parts = { store: this.#store, subscription: this.#subscription, signal, patienceMs: this.#standbyMs };
    return standBy(parts, overtakenAt);
  }

  /** Reads from the stored checkpoint on, until stopped; the next page is fetched while one is being handled. */
  async #follow(progressed: () => void): Promise<void> {
    await this.#delivery.load();
    let ahead: Promise<ReadPage> | undefined;
    let seen = this.#delivery.checkpoint.position;
    while (!this.#stopped.signal.aborted) {
      await this.#replayParked();
      const page = await (ahead ?? this.#read(seen));
      ahead = page.more ? this.#read(page.readUpTo) : undefined;
      // A page that is fetched ahead and then not wanted must not end the process when it fails.
      ahead?.catch(() => undefined);
      seen = page.readUpTo;
      await this.#deliver(page);
      progressed();
      if (!page.more) await this.#pause();
    }
  }

  async #deliver({ events, readUpTo }: ReadPage): Promise<void> {
    if (events.length === 0 && readUpTo - this.#delivery.checkpoint.position < EMPTY_STRIDE) return;
    const entries = events.map((event) => ({ event, streamId: event.streamId, offset: null }));
    await this.#delivery.deliver(entries, { position: readUpTo, offset: null });
  }

  async #replayParked(): Promise<void> {
    if (!this.#parkedChanged) return;
    this.#parkedChanged = false;
    try {
      await this.#delivery.reloadParked();
      await this.#delivery.replay();
    } catch (error) {
      this.#parkedChanged = true;
      throw error;
    }
  }

  async #read(after: Position): Promise<ReadPage> {
    // Before the read begins: what is appended while it is under way may not be in it, and asks for another one.
    this.#woken = false;
    const { types, batchSize = DEFAULT_BATCH } = this.#subscription;
    if (types || batchSize < PAGE_EVENTS) {
      return this.#store.readAll({ after, limit: batchSize, ...(types && { types }) });
    }
    let page = await this.#pages.read(after);
    const events = [...page.events];
    while (page.more && events.length + PAGE_EVENTS <= batchSize) {
      page = await this.#pages.read(page.readUpTo);
      events.push(...page.events);
    }
    return { events, readUpTo: page.readUpTo, more: page.more };
  }

  /** Until woken or stopped. */
  async #pause(): Promise<void> {
    if (this.#stopped.signal.aborted || this.#woken || this.#parkedChanged) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = undefined;
  }
}
