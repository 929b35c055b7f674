import type { NotificationListener, Pool } from '#database';
import {
  STORE_SOURCE,
  type EventFeed,
  type EventStore,
  type FeedSource,
  type FeedSubscription,
  type RunningSubscription,
} from '#event-sourcing';
import type { Logger } from '#platform';
import { ParkedEvents } from './parking/parked-events';
import { Parking } from './parking/parking';
import { watchParked } from './parking/parking-watch';
import { SharedPages } from './shared-pages';
import { StoreReader } from './store-reader';

export interface StoreParkingOptions {
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  readonly logger: Logger;
}

/** Delivers the event store's own feed, in its global order. Subscribers of everything read it together. */
export class StoreEventFeed implements EventFeed {
  readonly #store: EventStore;
  readonly #pages: SharedPages;
  readonly #options: StoreParkingOptions | undefined;

  /** Without the options nothing is parked: a poison event then holds up its group. */
  constructor(store: EventStore, options?: StoreParkingOptions) {
    this.#store = store;
    this.#pages = new SharedPages(store);
    this.#options = options;
  }

  sourceOf(): FeedSource {
    return STORE_SOURCE;
  }

  async subscribe(subscription: FeedSubscription): Promise<RunningSubscription> {
    const { pool, notifications, logger } = this.#options ?? {};
    const parking =
      pool && new Parking({ parked: new ParkedEvents(pool), store: this.#store, sourceOf: () => STORE_SOURCE });
    const reader = new StoreReader({ store: this.#store, pages: this.#pages, subscription, parking, logger });
    const unsubscribe = await this.#store.onAppended(() => {
      this.#pages.appended();
      reader.wake();
    });
    const unwatch =
      subscription.parks && notifications
        ? await watchParked(notifications, subscription.group, () => reader.parkedChanged())
        : undefined;
    const running = reader.run();
    return {
      stop: async () => {
        reader.stop();
        await unwatch?.();
        await unsubscribe();
        await running;
      },
    };
  }
}
