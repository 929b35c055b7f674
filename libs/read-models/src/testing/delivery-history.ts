import { deliveryIdOf, destinationIdOf, streamOf } from '#domain';
import { ANNA, BEN, CARA, deliveryRequest, mailTarget, targetOf, webhookDestination } from '#domain/testing';
import { idOf, type History } from './history';

const JOB = idOf('retried job');
export const DESTINATION = destinationIdOf('warehouse', 0);
/** One that failed, was retried by hand and arrived. */
export const DELIVERY = deliveryIdOf(JOB, idOf('entry'));
export const CANCELLED_DELIVERY = idOf('delivery by hand');

const minute = (minutes: number): string => new Date(Date.UTC(2026, 10, 23, 12, minutes)).toISOString();
const refused = { code: 'delivery.refused', message: 'The server refused it.', transient: false };
const receipt = {
  ...{ channel: 'webhook', destination: 'https://hooks.example.org/…', answer: '200 ok', reference: null },
  ...{ bytes: 0, files: [{ name: 'a.csv', bytes: 3, reference: null }] },
};

/** A destination that was revised and one that was retired, a plan, and two deliveries. */
export function addDeliveries(history: History): void {
  const destinationId = DESTINATION;
  const destinations = streamOf('destination', destinationId);
  const registered = { type: 'DestinationRegistered', secretId: idOf('hook'), by: CARA, at: minute(30) } as const;
  history.add(destinations, {
    ...{ ...registered, destinationId, name: 'warehouse', definition: webhookDestination() },
  });
  history.add(destinations, {
    ...{ type: 'DestinationRevised', destinationId, secretId: idOf('hook'), by: CARA, at: minute(31) },
    definition: { ...webhookDestination(), description: 'in the cellar' },
  });
  const old = { destinationId: destinationIdOf('old one', 0), by: CARA };
  const definition = { ...webhookDestination('https://old.example.org/'), usableBy: 'admins' } as const;
  history.add(streamOf('destination', old.destinationId), { ...registered, ...old, name: 'old one', definition });
  history.add(streamOf('destination', old.destinationId), { type: 'DestinationRetired', ...old, at: minute(32) });

  const scheduleId = idOf('schedule');
  const target = targetOf(destinationId, '{reportDate}/{file}');
  history.add(streamOf('deliveryplan', scheduleId), {
    ...{ type: 'DeliveriesPlanned', scheduleId, entries: [{ entryId: idOf('entry'), target }] },
    ...{ by: ANNA, at: minute(33) },
  });

  const ofJob = { jobId: JOB, templateId: idOf('template'), owner: ANNA };
  const deliveryId = DELIVERY;
  const deliveries = streamOf('delivery', deliveryId);
  const planned = { deliveryId, scheduleId, entryId: idOf('entry'), target };
  const request = deliveryRequest({ ...ofJob, ...planned });
  const end = { deliveryId, worker: 'worker', durationMs: 40 };
  history.add(deliveries, { type: 'DeliveryRequested', request, by: 'system:notifier', at: minute(34) });
  history.add(deliveries, {
    ...{ type: 'DeliveryAttemptFailed', ...end, attempt: 1, retryAt: minute(36), at: minute(35) },
    failure: { ...refused, code: 'delivery.busy', transient: true },
  });
  history.add(deliveries, { type: 'DeliveryFailed', ...end, attempt: 2, failure: refused, at: minute(36) });
  const again = { lastAttempt: 5, deadline: minute(90), by: BEN, at: minute(37) };
  history.add(deliveries, { type: 'DeliveryRetried', deliveryId, ...again });
  history.add(deliveries, { type: 'DeliveryCompleted', ...end, attempt: 3, receipt, at: minute(38) });

  const byHand = streamOf('delivery', CANCELLED_DELIVERY);
  history.add(byHand, {
    ...{ type: 'DeliveryRequested', by: ANNA, at: minute(39) },
    request: deliveryRequest({ ...ofJob, deliveryId: CANCELLED_DELIVERY, target: mailTarget() }),
  });
  history.add(byHand, {
    ...{ type: 'DeliveryCancelled', deliveryId: CANCELLED_DELIVERY, by: ANNA, reason: 'wrong list', at: minute(40) },
  });
}
