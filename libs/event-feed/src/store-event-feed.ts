import {
  CheckpointMoved,
  START,
  STORE_SOURCE,
  type Checkpoint,
  type EventFeed,
  type EventStore,
  type FeedSubscription,
  type Position,
  type ReadPage,
  type RunningSubscription,
} from '#event-sourcing';
import { PAGE_EVENTS, SharedPages } from './shared-pages';

const DEFAULT_BATCH = 500;
/** Notifications only wake the reader: what they miss is found within this time. */
const POLL_MS = 1000;
/** A checkpoint is moved over events that do not concern the group only this seldom: each move is a write. */
const EMPTY_STRIDE = 5000n;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 30_000;

/** Delivers the event store's own feed, in its global order. Subscribers of everything read it together. */
export class StoreEventFeed implements EventFeed {
  readonly #store: EventStore;
  readonly #pages: SharedPages;

  constructor(store: EventStore) {
    this.#store = store;
    this.#pages = new SharedPages(store);
  }

  async subscribe(subscription: FeedSubscription): Promise<RunningSubscription> {
    const reader = new StoreReader(this.#store, this.#pages, subscription);
    const unsubscribe = await this.#store.onAppended(() => {
      this.#pages.appended();
      reader.wake();
    });
    const running = reader.run();
    return {
      stop: async () => {
        reader.stop();
        await unsubscribe();
        await running;
      },
    };
  }
}

class StoreReader {
  readonly #store: EventStore;
  readonly #pages: SharedPages;
  readonly #subscription: FeedSubscription;
  #stopped = false;
  #woken = false;
  #wakeUp: (() => void) | undefined;

  constructor(store: EventStore, pages: SharedPages, subscription: FeedSubscription) {
    this.#store = store;
    this.#pages = pages;
    this.#subscription = subscription;
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#wakeUp?.();
  }

  async run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      try {
        await this.#follow(() => (failures = 0));
      } catch (error) {
        if (error instanceof CheckpointMoved) continue;
        failures += 1;
        this.#subscription.onError?.(error, failures);
        await this.#pause(Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS), () => false);
      }
    }
  }

  /** Reads from the stored checkpoint on, until stopped; the next page is fetched while one is being handled. */
  async #follow(progressed: () => void): Promise<void> {
    let checkpoint = (await this.#subscription.load(STORE_SOURCE)) ?? { position: START, offset: null };
    let ahead: Promise<ReadPage> | undefined;
    let seen = checkpoint.position;
    while (!this.#stopped) {
      const page = await (ahead ?? this.#read(seen));
      ahead = page.more ? this.#read(page.readUpTo) : undefined;
      // A page that is fetched ahead and then not wanted must not end the process when it fails.
      ahead?.catch(() => undefined);
      seen = page.readUpTo;
      if (page.events.length > 0 || seen - checkpoint.position >= EMPTY_STRIDE) {
        checkpoint = await this.#deliver(page, checkpoint);
      }
      progressed();
      if (!page.more) await this.#pause(POLL_MS, () => this.#woken);
    }
  }

  async #deliver(page: ReadPage, previous: Checkpoint): Promise<Checkpoint> {
    const checkpoint = { position: page.readUpTo, offset: null };
    await this.#subscription.handle({ source: STORE_SOURCE, events: page.events, previous, checkpoint });
    return checkpoint;
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

  async #pause(milliseconds: number, enough: () => boolean): Promise<void> {
    if (this.#stopped || enough()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wakeUp = () => {
        if (!this.#stopped && !enough()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = undefined;
  }
}
