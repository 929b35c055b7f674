import {
  START,
  type EventFeed,
  type EventStore,
  type FeedSource,
  type FeedSubscription,
  type Position,
  type RunningSubscription,
} from '#event-sourcing';
import type { Logger } from '#platform';

/** What a projection has to offer to be fed: its group, which events it takes, and what it does with a batch of them. */
export type Projection = Omit<FeedSubscription, 'onError'>;

export interface FollowedFeedParts {
  readonly eventFeed: EventFeed;
  readonly eventStore: Pick<EventStore, 'head'>;
  readonly logger: Logger;
}

/** One failed try may be a lost connection; from here on a person should know. */
const TRIES_TO_WORRY = 3;

/** A projection on its feed, with an eye on it: failures are logged, and the health check tells when they go on. */
export class FollowedFeed {
  readonly #projection: Projection;
  readonly #parts: FollowedFeedParts;
  /** Failed tries in a row at each source that fails. */
  readonly #failing = new Map<FeedSource, number>();
  /** The checkpoint on which the last batch of each source follows. */
  readonly #reached = new Map<FeedSource, Position>();
  #running: RunningSubscription | undefined;

  constructor(projection: Projection, parts: FollowedFeedParts) {
    this.#projection = projection;
    this.#parts = parts;
  }

  /** Resolves when the subscription stands. */
  async start(): Promise<void> {
    const { group, types, batchSize, parks } = this.#projection;
    this.#running = await this.#parts.eventFeed.subscribe({
      group,
      ...(types && { types }),
      ...(batchSize !== undefined && { batchSize }),
      ...(parks !== undefined && { parks }),
      load: (source) => this.#projection.load(source),
      handle: async (batch) => {
        this.#reached.set(batch.source, batch.previous.position);
        await this.#projection.handle(batch);
        this.#recovered(batch.source);
      },
      onError: (error, tries, source) => {
        this.#failing.set(source, tries);
        const facts = { err: error, group, source, tries, code: 'feed.projection_failed' };
        this.#parts.logger.error(facts, 'projection failed, trying again');
      },
    });
  }

  /** Lets the batch at hand end. It may be started again. */
  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** For the health check: null, or a sentence for each source at which the projection keeps failing. */
  async problem(): Promise<string | null> {
    const failing = [...this.#failing].filter(([, tries]) => tries >= TRIES_TO_WORRY);
    if (failing.length === 0) return null;
    const head = await this.#parts.eventStore.head();
    const problems = await Promise.all(failing.map(([source, tries]) => this.#problemAt(source, tries, head)));
    const sentences = problems.filter((sentence) => sentence !== null);
    return sentences.length === 0 ? null : `${sentences.join('; ')}; the log says why`;
  }

  async #problemAt(source: FeedSource, tries: number, head: Position): Promise<string | null> {
    const position = (await this.#projection.load(source))?.position ?? START;
    // The source was given to another instance of the group, which goes on with it.
    if (position > (this.#reached.get(source) ?? position)) return null;
    const behind = head - position;
    return `${this.#projection.group} has failed ${tries} times at ${source} and is up to ${behind} positions behind`;
  }

  #recovered(source: FeedSource): void {
    if (!this.#failing.delete(source)) return;
    this.#parts.logger.info({ group: this.#projection.group, source }, 'projection goes on');
  }
}
