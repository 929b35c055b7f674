import {
  backfillJobId,
  job,
  schedule,
  selfServiceRequest,
  streamOf,
  template,
  toInstant,
  type CancelCause,
  type ExistingTemplate,
  type Instant,
  type JobId,
  type ScheduleEvent,
  type TemplateEvent,
} from '#domain';
import { fold, toDomainEvent, toNewEvents, type Append, type CommandContext, type EventStore } from '#event-sourcing';
import type { ClaimedBackfill } from './backfill-table';

/** In whose name jobs of backfills are requested. */
export const ACTOR = 'system:scheduler';

/** What the reports of a backfill are made from, or why it cannot go on. */
export type BackfillSource =
  { readonly template: ExistingTemplate } | { readonly obstacle: Exclude<CancelCause, 'by_hand'> };

/** Reads the template as it was when the backfill started, and whether it and the schedule still are what may run. */
export async function sourceOf(
  eventStore: EventStore,
  { scheduleId, templateId, templateRevision }: ClaimedBackfill,
): Promise<BackfillSource> {
  const [schedules, templates] = await Promise.all([
    eventStore.readStream(streamOf('schedule', scheduleId)),
    eventStore.readStream(streamOf('template', templateId)),
  ]);
  const scheduleState = fold(
    schedule,
    schedules.map((event) => toDomainEvent<ScheduleEvent>(event)),
  );
  if (scheduleState.status === 'absent' || scheduleState.status === 'removed') return { obstacle: 'schedule_removed' };
  const changes = templates.map((event) => toDomainEvent<TemplateEvent>(event));
  const pinned = fold(template, changes.slice(0, templateRevision + 1));
  const { status } = fold(template, changes);
  return pinned.status === 'absent' || status !== 'active' ? { obstacle: 'template_archived' } : { template: pinned };
}

export interface RequestTerms {
  readonly now: Date;
  /** Attempts that each job gets. */
  readonly maxAttempts: number;
}

/** The jobs for these nominal times. They rank below what is due, like what makes up for an outage. */
export function requestAppends(
  claimed: ClaimedBackfill,
  source: { readonly template: ExistingTemplate },
  nominalTimes: readonly Instant[],
  { now, maxAttempts }: RequestTerms,
): readonly { readonly jobId: JobId; readonly append: Append }[] {
  const { backfillId, owner, timeZone, priority, scheduleId, scheduleRevision, templateRevision } = claimed;
  return nominalTimes.map((nominalTime) => {
    const jobId = backfillJobId(backfillId, nominalTime);
    const request = selfServiceRequest({
      ...{ jobId, origin: 'backfill', backfillId, owner, nominalTime, timeZone, priority, maxAttempts },
      ...{ template: source.template, templateRevision, schedule: { scheduleId, revision: scheduleRevision } },
      ...{ rerunOf: null, parameters: [], startBefore: null, catchUp: true },
    });
    const decision = job.decide({ type: 'RequestJob', request, at: toInstant(now) }, job.initial);
    if (!decision.accepted) throw new Error(`a job was refused on an empty stream: ${decision.refusal.code}`);
    // The job's id follows from backfill and nominal time, and so names the command as well.
    const events = toNewEvents(decision.events, contextOf(jobId, backfillId));
    return { jobId, append: { streamId: streamOf('job', jobId), expected: 'no-stream', events } };
  });
}

/** Made from ids alone, so that a repeat after a crash is recognised as one. */
export function contextOf(commandId: string, backfillId: string): CommandContext {
  return { commandId, correlationId: backfillId, causationId: null, actor: ACTOR, traceparent: null };
}
