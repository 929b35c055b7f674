import type { DeliveryEvent, DeliveryTarget } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';

export interface QueuedDelivery {
  readonly deliveryId: string;
  /** Null for one that is tried anew: its request stands in an earlier event. */
  readonly lane: string | null;
  readonly readyAt: Date;
}

/** What a batch of events changes in the queue; a delivery stands in one list at most. */
export interface QueueChanges {
  readonly queued: readonly QueuedDelivery[];
  readonly ended: readonly string[];
  readonly cancelled: readonly string[];
}

/** Those that fail with an attempt left stay in the queue: their workers say when they are due. */
export const QUEUE_EVENTS: readonly DeliveryEvent['type'][] = [
  'DeliveryRequested',
  'DeliveryRetried',
  'DeliveryCompleted',
  'DeliveryFailed',
  'DeliveryCancelled',
];

/** Deliveries to one place share a lane. */
export function laneOf({ destination }: DeliveryTarget): string {
  return destination === null ? 'email' : destination.destinationId;
}

/** Sums up a batch, so that a delivery which was requested and has ended within it is never queued. */
export function changesOf(events: readonly RecordedEvent[]): QueueChanges {
  const queued = new Map<string, QueuedDelivery>();
  const ended = new Set<string>();
  const cancelled = new Set<string>();
  for (const recorded of events) {
    const event = toDomainEvent<DeliveryEvent>(recorded);
    const deliveryId = event.type === 'DeliveryRequested' ? event.request.deliveryId : event.deliveryId;
    queued.delete(deliveryId);
    ended.delete(deliveryId);
    cancelled.delete(deliveryId);
    const readyAt = recorded.recordedAt;
    switch (event.type) {
      case 'DeliveryRequested':
        queued.set(deliveryId, { deliveryId, lane: laneOf(event.request.target), readyAt });
        break;
      case 'DeliveryRetried':
        queued.set(deliveryId, { deliveryId, lane: null, readyAt });
        break;
      case 'DeliveryCompleted':
      case 'DeliveryFailed':
        ended.add(deliveryId);
        break;
      case 'DeliveryCancelled':
        cancelled.add(deliveryId);
        break;
      case 'DeliveryAttemptFailed':
        break;
    }
  }
  return { queued: [...queued.values()], ended: [...ended], cancelled: [...cancelled] };
}
