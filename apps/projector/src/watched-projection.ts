import {
  STORE_SOURCE,
  type Checkpoint,
  type EventStore,
  type FeedBatch,
  type FeedSource,
  type FeedSubscription,
} from '#event-sourcing';
import type { Logger } from '#platform';

/** What a projection has to offer to be fed. */
export interface Projection {
  readonly group: string;
  readonly batchSize: number;
  load(source: FeedSource): Promise<Checkpoint | null>;
  handle(batch: FeedBatch): Promise<void>;
}

/** One failed try may be a lost connection; from here on a person should know. */
const TRIES_TO_WORRY = 3;

/** A projection with an eye on it: failures are logged, and the health check tells when they go on. */
export class WatchedProjection {
  readonly #projection: Projection;
  readonly #store: EventStore;
  readonly #logger: Logger;
  #failedTries = 0;

  constructor(projection: Projection, store: EventStore, logger: Logger) {
    this.#projection = projection;
    this.#store = store;
    this.#logger = logger;
  }

  subscription(): FeedSubscription {
    const { group, batchSize } = this.#projection;
    return {
      group,
      batchSize,
      load: (source) => this.#projection.load(source),
      handle: async (batch) => {
        await this.#projection.handle(batch);
        this.#recovered();
      },
      onError: (error, tries) => {
        this.#failedTries = tries;
        this.#logger.error({ err: error, group, tries }, 'projection failed, trying again');
      },
    };
  }

  /** For the health check: null, or a sentence once the projection keeps failing. */
  async problem(): Promise<string | null> {
    if (this.#failedTries < TRIES_TO_WORRY) return null;
    const { group } = this.#projection;
    const [checkpoint, head] = await Promise.all([this.#projection.load(STORE_SOURCE), this.#store.head()]);
    const behind = head - (checkpoint?.position ?? 0n);
    return `${group} has failed ${this.#failedTries} times and is ${behind.toString()} positions behind; the log says why`;
  }

  #recovered(): void {
    if (this.#failedTries > 0) this.#logger.info({ group: this.#projection.group }, 'projection goes on');
    this.#failedTries = 0;
  }
}
