import {
  millisecondsOf,
  toInstant,
  type BurstEvent,
  type CircuitEvent,
  type DeliveryEvent,
  type ExistingDelivery,
  type ExistingDestination,
  type ExistingJob,
  type ExistingSchedule,
  type ExpiryReason,
  type Instant,
  type JobEvent,
  type JobRequest,
  type ScheduleEvent,
  type UserId,
} from '#domain';
import type { NoticeFacts } from '#notifications';

type AnyEvent = JobEvent | ScheduleEvent | CircuitEvent | DeliveryEvent | BurstEvent;
type EventOf<Type extends AnyEvent['type']> = Extract<AnyEvent, { type: Type }>;

/** Events that people may be told of. */
export type ToldEvent = EventOf<
  | 'JobCompleted'
  | 'JobFailed'
  | 'JobExpired'
  | 'JobStalled'
  | 'JobRunningLong'
  | 'OccurrenceSkipped'
  | 'SchedulePaused'
  | 'CircuitOpened'
  | 'DeliveryFailed'
  | 'BurstExpanded'
  | 'BurstFailed'
>;

/** What the event is about, as its streams have it; null where a stream is not there. */
export interface Surroundings {
  readonly job: Pick<ExistingJob, 'request'> | null;
  readonly schedule: ExistingSchedule | null;
  readonly delivery: Pick<ExistingDelivery, 'request'> | null;
  /** Where the delivery went; null for a mail as well. */
  readonly destination: Pick<ExistingDestination, 'name' | 'definition'> | null;
  /** Name of the job's dataset, for a standard export; of the schedule's template, for an occurrence that was skipped. */
  readonly name: string | null;
  /** Whose reports read from the data source, and the administrators. */
  readonly concerned: readonly UserId[];
}

export interface Told {
  readonly userId: UserId;
  readonly facts: NoticeFacts;
  /** See `WaitingNotice`. */
  readonly likeness: string;
  /** When it may be told. */
  readonly at: Instant;
}

const DAY_MS = 86_400_000;

/** What people are told of each event. Nothing for what they did themselves, or asked not to be bothered with. */
const TOLD: { readonly [Type in ToldEvent['type']]: (event: EventOf<Type>, about: Surroundings) => readonly Told[] } = {
  JobCompleted(event, { job, name }) {
    const { output, outputExpiresAt: expiresAt, at } = event;
    // The template says that a report with nothing new is not worth a word.
    if (job === null || output.withheld !== null) return [];
    const facts = { ...runOf(job.request, name), rows: output.rows, files: output.files.length, expiresAt };
    const warnings = [
      ...(output.truncated ? ['A limit cut the report.'] : []),
      ...output.warnings.map(({ message }) => message),
    ];
    const told = { userId: job.request.owner, likeness: '' };
    return [
      warnings.length === 0
        ? { ...told, facts: { kind: 'completed', ...facts }, at }
        : { ...told, facts: { kind: 'completed_with_warnings', ...facts, warnings }, at },
      { ...told, facts: { kind: 'output_expiring', ...facts }, at: reminderOf(at, expiresAt) },
    ];
  },
  JobFailed({ failure: { code, message }, at }, { job, name }) {
    if (job === null) return [];
    const run = runOf(job.request, name);
    const invalid = code === 'template.invalid';
    return [
      {
        userId: job.request.owner,
        facts: invalid ? { kind: 'template_invalid', ...run, message } : { kind: 'failed', ...run, code, message },
        likeness: code,
        at,
      },
    ];
  },
  JobExpired({ reason, at }, { job, name }) {
    const passed = PASSED[reason];
    if (job === null || passed === null) return [];
    const facts: NoticeFacts = { kind: 'failed', ...runOf(job.request, name), ...passed };
    return [{ userId: job.request.owner, facts, likeness: passed.code, at }];
  },
  JobStalled({ attempt, waitingSince, at }, { job, name }) {
    if (job === null) return [];
    const facts: NoticeFacts = { kind: 'stalled', ...runOf(job.request, name), attempts: attempt, waitingSince };
    return [{ userId: job.request.owner, facts, likeness: '', at }];
  },
  JobRunningLong({ attempt, limitMs, basis, at }, { job, name }) {
    if (job === null) return [];
    const facts: NoticeFacts = { kind: 'running_long', ...runOf(job.request, name), attempt, limitMs, basis };
    return [{ userId: job.request.owner, facts, likeness: '', at }];
  },
  OccurrenceSkipped({ jobId, nominalTime, reason, at }, { schedule, name }) {
    if (schedule === null || reason !== 'template_invalid') return [];
    const { definition, owner } = schedule;
    const run = { report: name ?? definition.name, jobId, nominalTime, timeZone: definition.timeZone };
    const message = `The schedule ${definition.name} found a template that it cannot run.`;
    return [{ userId: owner, facts: { kind: 'template_invalid', ...run, message }, likeness: '', at }];
  },
  CircuitOpened({ dataSource, dataSourceId, code, failures, openings, until, at }, { concerned }) {
    // Each try that fails opens it again: people are told once.
    if (openings > 1) return [];
    const facts: NoticeFacts = { kind: 'circuit_opened', dataSource, dataSourceId, code, failures, until };
    return concerned.map((userId) => ({ userId, facts, likeness: dataSourceId, at }));
  },
  DeliveryFailed({ deliveryId, attempt: attempts, failure: { code, message }, at }, about) {
    const { job, delivery, name } = about;
    if (job === null || delivery === null) return [];
    const { owner, target } = delivery.request;
    const destination = about.destination && {
      name: about.destination.name,
      kind: about.destination.definition.kind,
    };
    const run = runOf(job.request, name);
    const facts: NoticeFacts = { kind: 'delivery_failed', ...run, deliveryId, destination, code, message, attempts };
    // A receiver that is broken fails in many ways; of mails each may fail for another reason.
    const likeness = target.channel === 'destination' ? target.destination.destinationId : code;
    return [{ userId: owner, facts, likeness, at }];
  },
  BurstExpanded({ leftOut: [first], leftOutCount: leftOut, at }, { job, name }) {
    if (job === null || first === undefined) return [];
    const { row, code } = first;
    const told = { code, message: `Row ${row}: ${first.message}`, deliveryId: null, leftOut };
    const facts: NoticeFacts = { kind: 'delivery_failed', ...runOf(job.request, name), ...told };
    return [{ userId: job.request.owner, facts, likeness: code, at }];
  },
  BurstFailed({ code, message, at }, { job, name }) {
    if (job === null) return [];
    const told = { code, message, deliveryId: null, leftOut: null };
    const facts: NoticeFacts = { kind: 'delivery_failed', ...runOf(job.request, name), ...told };
    return [{ userId: job.request.owner, facts, likeness: code, at }];
  },
  SchedulePaused({ cause, at }, { schedule }) {
    if (schedule === null || cause !== 'failures') return [];
    const { definition, owner, scheduleId } = schedule;
    const { name, timeZone, pauseAfterFailures: failures } = definition;
    const facts: NoticeFacts = { kind: 'schedule_paused', schedule: name, scheduleId, at, timeZone, failures };
    return [{ userId: owner, facts, likeness: '', at }];
  },
};

/** What a job that expired did not reach; null: somebody saw to it that it does not run. */
const PASSED: Readonly<Record<ExpiryReason, { readonly code: string; readonly message: string } | null>> = {
  deadline: {
    code: 'job.deadline_passed',
    message: 'It had not begun by the time after which nobody needs it: too much was waiting, or nothing ran.',
  },
  retry_deadline: {
    code: 'job.past_deadline',
    message: 'Its attempts failed, and the time for another one was over before its turn came.',
  },
  schedule_removed: null,
  schedule_paused: null,
  template_archived: null,
};

export const TOLD_EVENTS = Object.keys(TOLD) as readonly ToldEvent['type'][];

export function toldOf(event: ToldEvent, about: Surroundings): readonly Told[] {
  // The table has for each type what takes its events; TypeScript does not see that key and event go together.
  return (TOLD[event.type] as (event: ToldEvent, about: Surroundings) => readonly Told[])(event, about);
}

function runOf({ jobId, nominalTime, timeZone, input }: JobRequest, name: string | null) {
  const report = input.dynamicMapping ? input.additionalConfig.templateName : (name ?? 'A dataset');
  return { report, jobId, nominalTime, timeZone };
}

/** A day before the files are removed; of what is kept for less than two days, after half the time. */
function reminderOf(completedAt: Instant, expiresAt: Instant): Instant {
  const end = millisecondsOf(expiresAt);
  return toInstant(end - Math.min(DAY_MS, Math.max(0, (end - millisecondsOf(completedAt)) / 2)));
}
