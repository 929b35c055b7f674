import {
  burstEntryId,
  burstTarget,
  deliveryIdOf,
  millisecondsOf,
  streamOf,
  toInstant,
  type DeliveryRequest,
  type DeliveryTarget,
  type Instant,
  type JobEvent,
  type JobRequest,
  type PlanEntryId,
  type ScheduleId,
} from '#domain';
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

interface Completed {
  readonly job: JobRequest;
  readonly completedAt: Instant;
  readonly recorded: RecordedEvent;
}

/** A report that is to be delivered. */
interface Planned extends Completed {
  readonly scheduleId: ScheduleId;
  readonly entryId: PlanEntryId;
  readonly target: DeliveryTarget;
}

/**
 * Requests the deliveries that the plans and bursts of schedules have for jobs which have completed. A delivery's id follows from the job
 * and the entry of the plan, so one that is requested already stays as it is, whoever comes again.
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
  const jobs = completed.flatMap(({ jobId, completedAt, recorded }): Completed[] => {
    const job = reports.get(jobId)?.request;
    return job ? [{ job, completedAt, recorded }] : [];
  });
  const planned = [...(await plannedOfSchedules(history, jobs)), ...(await plannedOfBursts(history, jobs))];
  const at = toInstant(clock.now());
  const appends = planned.map(
    ({ job: { jobId, templateId, owner }, completedAt, recorded, scheduleId, entryId, target }): Append => {
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
    },
  );
  if (appends.length > 0) await store.appendMany(appends);
}

/** Occurrences alone: backfills, reruns and retries are for whoever asked for them. */
async function plannedOfSchedules(history: DeliveryHistory, jobs: readonly Completed[]): Promise<readonly Planned[]> {
  const occurrences = jobs.flatMap((completed) => {
    const { origin, scheduleId } = completed.job;
    if (origin !== 'schedule' || scheduleId === null) return [];
    return [{ completed, scheduleId, before: completed.recorded.position }];
  });
  const plans = await history.plans(occurrences);
  return occurrences.flatMap(({ completed, scheduleId }, index) =>
    (plans[index] ?? []).map(({ entryId, target }) => ({ ...completed, scheduleId, entryId, target })),
  );
}

/** Each row's report goes to the one who stands in the row, or where all of them go. */
async function plannedOfBursts(history: DeliveryHistory, jobs: readonly Completed[]): Promise<readonly Planned[]> {
  const rows = jobs.flatMap((completed) => {
    const { burst } = completed.job;
    return burst === null ? [] : [{ completed, burst }];
  });
  const definitions = await history.bursts(rows.map(({ burst }) => burst));
  return rows.flatMap(({ completed, burst: { scheduleId, recipientId } }, index) => {
    const delivery = definitions[index]?.delivery;
    const target = delivery ? burstTarget(delivery, recipientId) : null;
    return target ? [{ ...completed, scheduleId, entryId: burstEntryId(scheduleId), target }] : [];
  });
}
