import { transaction, type Pool } from '#database';
import { loadCheckpoint, moveCheckpoint, type Projection } from '#event-feed';
import type { Checkpoint, FeedBatch, FeedSource } from '#event-sourcing';
import { changeQueue } from './delivery-queue';
import { requestPlanned, type PlannedParts } from './planned-deliveries';
import { changesOf, laneOf, QUEUE_EVENTS, type QueuedDelivery } from './queue-changes';

/** The notifier's group of subscribers to what concerns deliveries. */
export const DELIVERIES_GROUP = 'notifier-deliveries';

export interface DeliveryProjectionParts extends PlannedParts {
  readonly pool: Pool;
}

/**
 * Requests what the plans have for completed jobs, and queues what was requested, in the transaction of its checkpoint. It sends nothing, so
 * however slow a receiver is, the feed flows on.
 */
export class DeliveryProjection implements Projection {
  readonly group = DELIVERIES_GROUP;
  readonly types = ['JobCompleted', ...QUEUE_EVENTS];
  readonly parks = true;
  readonly #parts: DeliveryProjectionParts;

  constructor(parts: DeliveryProjectionParts) {
    this.#parts = parts;
  }

  load(source: FeedSource): Promise<Checkpoint | null> {
    return loadCheckpoint(this.#parts.pool, this.group, source);
  }

  async handle(batch: FeedBatch): Promise<void> {
    const completed = batch.events.filter(({ type }) => type === 'JobCompleted');
    const changes = changesOf(batch.events.filter(({ type }) => type !== 'JobCompleted'));
    await requestPlanned(this.#parts, completed);
    const queued = await this.#withLanes(changes.queued);
    await transaction(this.#parts.pool, async (client) => {
      await moveCheckpoint(client, this.group, batch);
      await changeQueue(client, { ...changes, queued });
    });
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
