import type { Position, RecordedEvent } from './event-store';

/**
 * Where a subscriber's events come from: `store` for the event store's own feed, `<topic>/<partition>` for Kafka. Order is
 * promised for each stream only. The store's feed also has one order over all streams, on which only the scheduler's due
 * table, the audit trail and the relay may rely.
 */
export type FeedSource = string;

export const STORE_SOURCE: FeedSource = 'store';

/** How far a group has got in a source. Kept by the subscriber, in the transaction that applies the events. */
export interface Checkpoint {
  /** Global position of the last event applied; events at or below it are repeats. */
  readonly position: Position;
  /** Kafka's next offset; null for the store. */
  readonly offset: string | null;
}

export interface FeedBatch {
  readonly source: FeedSource;
  /** In order, without repeats, all after the checkpoint. May be empty when only uninteresting events passed by. */
  readonly events: readonly RecordedEvent[];
  /** What the source's checkpoint was when the batch was put together: compare before setting. */
  readonly previous: Checkpoint;
  /** To be stored with the batch's effects. */
  readonly checkpoint: Checkpoint;
}

export interface FeedSubscription {
  /** Name of the group of instances among which the work is shared. */
  readonly group: string;
  /** Event types wanted; all when absent. */
  readonly types?: readonly string[];
  /** At most so many events a batch; default 500. */
  readonly batchSize?: number;
  /** Reads the stored checkpoint of a source; a source never seen gives `null` and starts at the beginning. */
  load(source: FeedSource): Promise<Checkpoint | null>;
  /**
   * Applies the batch and stores its checkpoint in one transaction, or throws and changes nothing. Throwing
   * `CheckpointMoved` makes the feed read the checkpoint again; any other error makes it try again, ever more slowly.
   */
  handle(batch: FeedBatch): Promise<void>;
  /** Told of each failed try (1, 2, …). For logs and metrics. */
  onError?(error: unknown, tries: number): void;
}

/** Another instance of the group moved the checkpoint meanwhile: drop the batch, read again. */
export class CheckpointMoved extends Error {
  constructor(group: string, source: FeedSource) {
    super(`the checkpoint of ${group} at ${source} was moved by another instance`);
    this.name = 'CheckpointMoved';
  }
}

export interface EventFeed {
  /** Begins to deliver, at least once and in order per stream. Resolves when the subscription stands. */
  subscribe(subscription: FeedSubscription): Promise<RunningSubscription>;
}

export interface RunningSubscription {
  /** Lets the batch at hand end, then stops. Nothing is delivered afterwards. */
  stop(): Promise<void>;
}
