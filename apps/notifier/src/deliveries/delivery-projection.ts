import { transaction, type Pool } from '#database';
import { loadCheckpoint, moveCheckpoint } from '#event-feed';
import type { EventFeed, FeedBatch, RunningSubscription } from '#event-sourcing';
import type { Logger } from '#platform';
import { changeQueue } from './delivery-queue';
import { requestPlanned, type PlannedParts } from './planned-deliveries';
import { changesOf, laneOf, QUEUE_EVENTS, type QueuedDelivery } from './queue-changes';

/** The notifier's group of subscribers to what concerns deliveries. */
export const DELIVERIES_GROUP = 'notifier-deliveries';

export interface DeliveryProjectionParts extends PlannedParts {
  readonly pool: Pool;
  readonly eventFeed: EventFeed;
  readonly logger: Logger;
}

/**
 * Requests what the plans have for completed jobs, and queues what was requested, in the transaction of its checkpoint. It sends nothing, so
 * however slow a receiver is, the feed flows on.
 */
export class DeliveryProjection {
  readonly #parts: DeliveryProjectionParts;
  #running: RunningSubscription | undefined;
  #problem: string | null = null;

  constructor(parts: DeliveryProjectionParts) {
    this.#parts = parts;
  }

  /** Null when it follows the feed, else why not. */
  get problem(): string | null {
    return this.#problem;
  }

  async start(): Promise<void> {
    const { pool, eventFeed, logger } = this.#parts;
    this.#running = await eventFeed.subscribe({
      group: DELIVERIES_GROUP,
      types: ['JobCompleted', ...QUEUE_EVENTS],
      parks: true,
      load: (source) => loadCheckpoint(pool, DELIVERIES_GROUP, source),
      handle: (batch) => this.#apply(batch),
      onError: (error, tries) => {
        this.#problem = 'the notifier cannot follow the events; see the log';
        logger.error({ err: error, tries, code: 'notifier.projection_failed' }, 'deliveries not queued');
      },
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async #apply(batch: FeedBatch): Promise<void> {
    const completed = batch.events.filter(({ type }) => type === 'JobCompleted');
    const changes = changesOf(batch.events.filter(({ type }) => type !== 'JobCompleted'));
    await requestPlanned(this.#parts, completed);
    const queued = await this.#withLanes(changes.queued);
    await transaction(this.#parts.pool, async (client) => {
      await moveCheckpoint(client, DELIVERIES_GROUP, batch);
      await changeQueue(client, { ...changes, queued });
    });
    this.#problem = null;
  }

  async #withLanes(queued: readonly QueuedDelivery[]): Promise<readonly QueuedDelivery[]> {
    return Promise.all(
      queued.map(async (one) => {
        if (one.lane !== null) return one;
        const state = await this.#parts.history.delivery(one.deliveryId);
        return state.status === 'absent' ? one : { ...one, lane: laneOf(state.request.target) };
      }),
    );
  }
}
