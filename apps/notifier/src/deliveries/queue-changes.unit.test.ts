import type { DeliveryEvent } from '#domain';
import { ANNA, DELIVERY_ID, deliveryRequest, NOON, targetOf } from '#domain/testing';
import type { RecordedEvent } from '#event-sourcing';
import { changesOf, laneOf } from './queue-changes';

const recordedAt = new Date(NOON);
const recorded = (...events: DeliveryEvent[]): RecordedEvent[] =>
  events.map(({ type, ...data }) => ({ type, data, recordedAt }) as RecordedEvent);

const requested: DeliveryEvent = { type: 'DeliveryRequested', request: deliveryRequest(), by: ANNA, at: NOON };
const cancelled: DeliveryEvent = {
  ...{ type: 'DeliveryCancelled', deliveryId: DELIVERY_ID, by: ANNA, reason: null, at: NOON },
};
const retried: DeliveryEvent = {
  ...{ type: 'DeliveryRetried', deliveryId: DELIVERY_ID, lastAttempt: 3, deadline: NOON, by: ANNA, at: NOON },
};
const queued = { deliveryId: DELIVERY_ID, lane: 'email', readyAt: recordedAt };

it.each<[string, DeliveryEvent[], object]>([
  ['queues what is requested', [requested], { queued: [queued] }],
  ['never queues what has ended in the same batch', [requested, cancelled], { queued: [], cancelled: [DELIVERY_ID] }],
  ['queues what is tried anew', [cancelled, retried], { queued: [{ ...queued, lane: null }], cancelled: [] }],
])('%s', (_what, events, expected) => {
  expect(changesOf(recorded(...events))).toMatchObject({ ended: [], ...expected });
});

it('puts deliveries to one place into one lane', () => {
  expect(laneOf(targetOf('d'))).toBe('d');
  expect(laneOf(deliveryRequest().target)).toBe('email');
});
