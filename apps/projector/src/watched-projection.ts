import type { Checkpoint, EventStore, FeedBatch, FeedSource, FeedSubscription } from '#event-sourcing';
import type { Logger } from '#platform';

/** What a projection has to offer to be fed. */
export interface Projection {
  readonly group: string;
  readonly batchSize: number;
  /** Whether events that it cannot apply are parked, or it stops at them. */
  readonly parks: boolean;
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
  /** Failed tries in a row at each source that fails. */
  readonly #failing = new Map<FeedSource, number>();

  constructor(projection: Projection, store: EventStore, logger: Logger) {
    this.#projection = projection;
    this.#store = store;
    this.#logger = logger;
  }

  subscription(): FeedSubscription {
    const { group, batchSize, parks } = this.#projection;
    return {
      group,
      batchSize,
      parks,
      load: (source) => this.#projection.load(source),
      handle: async (batch) => {
        await this.#projection.handle(batch);
        this.#recovered(batch.source);
      },
      onError: (error, tries, source) => {
        this.#failing.set(source, tries);
        this.#logger.error({ err: error, group, source, tries }, 'projection failed, trying again');
      },
    };
  }

  /** For the health check: null, or a sentence for each source at which the projection keeps failing. */
  async problem(): Promise<string | null> {
    const failing = [...this.#failing].filter(([, tries]) => tries >= TRIES_TO_WORRY);
    if (failing.length === 0) return null;
    const head = await this.#store.head();
    const sentences = failing.map(async ([source, tries]) => {
      const checkpoint = await this.#projection.load(source);
      const behind = head - (checkpoint?.position ?? 0n);
      return `${this.#projection.group} has failed ${tries} times at ${source} and is up to ${behind} positions behind`;
    });
    return `${(await Promise.all(sentences)).join('; ')}; the log says why`;
  }

  #recovered(source: FeedSource): void {
    if (!this.#failing.delete(source)) return;
    this.#logger.info({ group: this.#projection.group, source }, 'projection goes on');
  }
}
