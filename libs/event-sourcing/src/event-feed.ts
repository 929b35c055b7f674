import type { Position, RecordedEvent } from './event-store';
import type { ReceivedRecord } from './event-records';

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
  /** Set aside instead of being applied: stored in the same transaction. */
  readonly parked?: readonly ParkedEvent[];
  /** Ids of parked events that this batch applies at last: they are parked no longer once it is stored. */
  readonly settled?: readonly string[];
}

/** Why an event was set aside. */
export interface Fault {
  /** Stable code: that of the error, or `handler.failed`. */
  readonly code: string;
  readonly message: string;
  /** Tries that failed; 0 when none was made. */
  readonly tries: number;
}

/** The code of events that were not tried, since an earlier one of their stream is parked. */
export const STREAM_WAITS = 'stream.waits';

/** An event or a record that a group could not apply, or that waits behind one. */
export interface ParkedEvent {
  /** Null for a record whose stream cannot be told. */
  readonly streamId: string | null;
  /** Null for a record that could not be decoded. */
  readonly event: RecordedEvent | null;
  /** The record as it came, when it could not be decoded. */
  readonly record: ReceivedRecord | null;
  /** Kafka's offset of the record; null from the store. */
  readonly offset: string | null;
  readonly fault: Fault;
}

export interface FeedSubscription {
  /** Name of the group of instances among which the work is shared. */
  readonly group: string;
  /** Event types wanted; all when absent. */
  readonly types?: readonly string[];
  /** At most so many events a batch; default 500. */
  readonly batchSize?: number;
  /**
   * True: an event that fails again and again is parked, with the later ones of its stream, while the others flow on.
   * Default false: it is tried for ever and nothing passes it, for readers that may leave nothing out.
   */
  readonly parks?: boolean;
  /** Reads the stored checkpoint of a source; a source never seen gives `null` and starts at the beginning. */
  load(source: FeedSource): Promise<Checkpoint | null>;
  /**
   * Applies the batch and stores its checkpoint, with what is parked and settled, in one transaction, or throws and changes
   * nothing. Throwing `CheckpointMoved` makes the feed read the checkpoint again, `PoisonEvent` parks the event that it
   * names where the subscription parks; any other error makes it try again, ever more slowly.
   */
  handle(batch: FeedBatch): Promise<void>;
  /** Told of each failed try in a row (1, 2, …) at a source. For logs and metrics. */
  onError?(error: unknown, tries: number, source: FeedSource): void;
}

/** Another instance of the group moved the checkpoint or changed what is parked: drop the batch, read again. */
export class CheckpointMoved extends Error {
  constructor(group: string, source: FeedSource) {
    super(`the checkpoint of ${group} at ${source} was moved by another instance`);
    this.name = 'CheckpointMoved';
  }
}

/** Thrown by a handler that knows that this event can never be applied, however often it is tried. */
export class PoisonEvent extends Error {
  readonly code: string;
  readonly event: RecordedEvent;

  constructor(event: RecordedEvent, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PoisonEvent';
    this.code = code;
    this.event = event;
  }
}

export interface EventFeed {
  /** The source by which a stream's events come: where to look for the checkpoint that tells whether they were applied. */
  sourceOf(streamId: string): FeedSource;
  /** Begins to deliver, at least once and in order per stream. Resolves when the subscription stands. */
  subscribe(subscription: FeedSubscription): Promise<RunningSubscription>;
}

export interface RunningSubscription {
  /** Lets the batch at hand end, then stops. Nothing is delivered afterwards. */
  stop(): Promise<void>;
}
