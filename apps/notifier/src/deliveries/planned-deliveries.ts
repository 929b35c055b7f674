import { deliveryIdOf, millisecondsOf, streamOf, toInstant, type DeliveryRequest, type JobEvent } from '#domain';
import {
  derivedId,
  toDomainEvent,
  toNewEvents,
  type Append,
  type EventStore,
  type RecordedEvent,
} from '#event-sourcing';
import type { Clock } from '#platform';
import { NOTIFIER, type DeliveryHistory } from './delivery-history';

export interface DeliveryTerms {
  readonly maxAttempts: number;
  /** From the completion of the job on: after an outage, nobody gets what is older than that. */
  readonly deadlineMs: number;
}

export interface PlannedParts {
  readonly store: EventStore;
  readonly history: DeliveryHistory;
  readonly clock: Clock;
  readonly terms: DeliveryTerms;
}

/**
 * Requests the deliveries that the plans of schedules have for jobs which have completed. A delivery's id follows from the job and the
 * entry of the plan, so one that is requested already stays as it is, whoever comes again.
 */
export async function requestPlanned(
  { store, history, clock, terms }: PlannedParts,
  events: readonly RecordedEvent[],
): Promise<void> {
  const completed = events.flatMap((recorded) => {
    const event = toDomainEvent<JobEvent>(recorded);
    const delivers = event.type === 'JobCompleted' && event.output.files.length > 0;
    return delivers ? [{ jobId: event.jobId, completedAt: event.at, recorded }] : [];
  });
  if (completed.length === 0) return;
  const reports = await history.reports(completed.map(({ jobId }) => jobId));
  const occurrences = completed.flatMap(({ jobId, completedAt, recorded }) => {
    const request = reports.get(jobId)?.request;
    // Backfills, reruns and retries are for whoever asked for them.
    if (request?.origin !== 'schedule' || request.scheduleId === null) return [];
    return [{ request, scheduleId: request.scheduleId, before: recorded.position, completedAt, recorded }];
  });
  const plans = await history.plans(occurrences);
  const at = toInstant(clock.now());
  const appends = occurrences.flatMap(
    ({ request: { jobId, templateId, owner }, scheduleId, completedAt, recorded }, index) =>
      (plans[index] ?? []).map(({ entryId, target }): Append => {
        const deadline = toInstant(millisecondsOf(completedAt) + terms.deadlineMs);
        const request: DeliveryRequest = {
          ...{ deliveryId: deliveryIdOf(jobId, entryId), jobId, scheduleId, entryId, templateId, owner, target },
          ...{ maxAttempts: terms.maxAttempts, deadline },
        };
        const event = { type: 'DeliveryRequested', request, by: NOTIFIER, at };
        const { correlationId, traceparent } = recorded.metadata;
        const commandId = derivedId(request.deliveryId, 'RequestDelivery');
        const context = { commandId, correlationId, causationId: recorded.id, actor: NOTIFIER, traceparent };
        const streamId = streamOf('delivery', request.deliveryId);
        return { streamId, expected: 'no-stream', events: toNewEvents([event], context) };
      }),
  );
  if (appends.length > 0) await store.appendMany(appends);
}
