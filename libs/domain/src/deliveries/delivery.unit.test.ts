import { ANNA, BEN, NOON } from '../testing/samples';
import { DELIVERY_ID, deliveryRequest, mailTarget } from '../testing/delivery-samples';
import { given } from '../testing/scenario';
import { delivery, deliveryIdOf } from './delivery';
import type { DeliveryCommand, DeliveryEvent, DeliveryFailure } from './delivery-messages';
import { deliveryPlan, type DeliveryPlanCommand } from './delivery-plan';

const deliveryId = DELIVERY_ID;
const busy: DeliveryFailure = { code: 'delivery.busy', message: 'The server is busy.', transient: true };
const refused: DeliveryFailure = { code: 'delivery.refused', message: 'The server refused it.', transient: false };
const receipt = { channel: 'email', destination: '1 recipient', answer: 'ok', reference: null, bytes: 3, files: [] };

const request: DeliveryCommand = { type: 'RequestDelivery', request: deliveryRequest(), by: ANNA, at: NOON };
const requested: DeliveryEvent = { ...request, type: 'DeliveryRequested' };
const end = (attempt: number) => ({ deliveryId, attempt, worker: 'w', durationMs: 20, at: NOON });
const fail = (attempt: number, failure = busy, retryDelayMs = 1000): DeliveryCommand => ({
  ...{ type: 'FailDeliveryAttempt', failure, retryDelayMs, ...end(attempt) },
});
const attemptFailed = (attempt: number): DeliveryEvent => ({
  ...{ type: 'DeliveryAttemptFailed', failure: busy, retryAt: NOON.replace('00.000', '01.000'), ...end(attempt) },
});
const failed = (attempt: number, failure = busy): DeliveryEvent => ({
  ...{ type: 'DeliveryFailed', failure, ...end(attempt) },
});
const complete = (attempt: number): DeliveryCommand => ({ type: 'CompleteDelivery', receipt, ...end(attempt) });
const completed = (attempt: number): DeliveryEvent => ({ type: 'DeliveryCompleted', receipt, ...end(attempt) });
const cancel: DeliveryCommand = { type: 'CancelDelivery', deliveryId, by: BEN, reason: 'wrong list', at: NOON };
const cancelled: DeliveryEvent = { ...cancel, type: 'DeliveryCancelled' };
const retry: DeliveryCommand = {
  ...{ type: 'RetryDelivery', deliveryId, maxAttempts: 2, by: BEN, at: NOON },
  deadline: deliveryRequest().deadline,
};
const retried = (lastAttempt: number): DeliveryEvent => ({
  ...{ type: 'DeliveryRetried', deliveryId, lastAttempt, deadline: deliveryRequest().deadline, by: BEN, at: NOON },
});

it('is requested once', () => {
  given(delivery).when(request).then(requested);
  given(delivery, requested).when(request).thenNothing();
  given(delivery, requested)
    .when({ ...request, request: deliveryRequest({ target: mailTarget({ attach: false }) }) })
    .refused('delivery.exists');
});
it('has an id that follows from the job and the entry of the plan', () => {
  const [job, entry] = [deliveryRequest().jobId, DELIVERY_ID];
  expect(deliveryIdOf(job, entry)).toBe(deliveryIdOf(job, entry));
  expect(deliveryIdOf(job, entry)).not.toBe(deliveryIdOf(entry, job));
});
it('tries again after what may pass, and arrives', () => {
  given(delivery, requested).when(fail(1)).then(attemptFailed(1));
  given(delivery, requested, attemptFailed(1)).when(complete(2)).then(completed(2));
});
it('fails for good when it will not pass, when no attempt is left and when no time is left', () => {
  given(delivery, requested).when(fail(1, refused)).then(failed(1, refused));
  given(delivery, requested, attemptFailed(1), attemptFailed(2)).when(fail(3)).then(failed(3));
  given(delivery, requested)
    .when(fail(1, busy, 6 * 3_600_000))
    .then(failed(1));
});
it('tells who asked for it, the first time and anew', () => {
  const { state } = given(delivery, requested, failed(1), retried(3), failed(2), retried(4));
  expect(state).toMatchObject({ askedBy: [ANNA, BEN] });
});
it('lets each attempt end once: who was taken over is refused', () => {
  given(delivery, requested, attemptFailed(1)).when(complete(1)).refused('delivery.attempt_superseded');
  given(delivery, requested).when(complete(2)).refused('delivery.attempt_superseded');
  given(delivery, requested, completed(1)).when(fail(1)).refused('delivery.ended');
});
it('is cancelled before its end only', () => {
  given(delivery, requested).when(cancel).then(cancelled);
  given(delivery, requested, cancelled).when(cancel).thenNothing();
  given(delivery, requested, cancelled).when(complete(1)).refused('delivery.ended');
  given(delivery, requested, completed(1)).when(cancel).refused('delivery.ended');
});
it('is retried by hand with attempts and a deadline of its own', () => {
  given(delivery, requested, failed(1, refused)).when(retry).then(retried(3));
  given(delivery, requested, failed(1, refused), retried(3)).when(fail(2)).then(attemptFailed(2));
  given(delivery, requested, failed(1, refused), retried(3), attemptFailed(2)).when(fail(3)).then(failed(3));
  given(delivery, requested, cancelled).when(retry).then(retried(2));
  given(delivery, requested).when(retry).refused('delivery.not_ended');
  given(delivery, requested, completed(1)).when(retry).refused('delivery.arrived');
});
it('must be there to be changed', () => {
  for (const command of [fail(1), complete(1), cancel, retry])
    given(delivery).when(command).refused('delivery.missing');
});

it('is planned as a whole, and only where something changes, or somebody else answers for it', () => {
  const plan: DeliveryPlanCommand = {
    ...{ type: 'PlanDeliveries', scheduleId: deliveryRequest().jobId, by: ANNA, at: NOON },
    entries: [{ entryId: DELIVERY_ID, target: mailTarget() }],
  };
  const planned = { ...plan, type: 'DeliveriesPlanned' } as const;
  given(deliveryPlan).when(plan).then(planned);
  given(deliveryPlan, planned)
    .when({ ...plan, at: NOON.replace('T12', 'T13') })
    .thenNothing();
  given(deliveryPlan, planned)
    .when({ ...plan, by: BEN })
    .then({ ...planned, by: BEN });
  given(deliveryPlan, planned)
    .when({ ...plan, entries: [] })
    .then({ ...planned, entries: [] });
  given(deliveryPlan)
    .when({ ...plan, entries: [] })
    .thenNothing();
});
