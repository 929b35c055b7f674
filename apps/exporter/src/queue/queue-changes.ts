import {
  queueLevel,
  type DatasetId,
  type Instant,
  type JobEvent,
  type JobId,
  type Priority,
  type ScheduleId,
  type UserId,
} from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';

/** A job that is to be queued. */
interface QueuedJob {
  readonly jobId: JobId;
  readonly owner: UserId;
  readonly datasetId: DatasetId;
  readonly priority: Priority;
  readonly level: number;
  /** Whose occurrence it is. Null for runs by hand and backfills, which stand in no occurrence's way. */
  readonly scheduleId: ScheduleId | null;
  readonly nominalTime: Instant;
  readonly exclusive: boolean;
  readonly enqueuedAt: Date;
  readonly readyAt: Date;
  readonly startBefore: Instant | null;
  readonly attempt: number;
  /** Who is at it already, should the queue be built anew while jobs run. */
  readonly worker: string | null;
}

interface StoredOutput {
  readonly jobId: JobId;
  readonly attempt: number;
  readonly expiresAt: Instant;
}

/** What a batch of events changes in the exporter's tables; a job stands in one list of the first five at most. */
export interface QueueChanges {
  readonly queued: readonly QueuedJob[];
  readonly ended: readonly JobId[];
  readonly cancelled: readonly JobId[];
  readonly started: readonly { readonly jobId: JobId; readonly attempt: number; readonly worker: string }[];
  readonly waiting: readonly { readonly jobId: JobId; readonly attempt: number; readonly readyAt: Instant }[];
  readonly stored: readonly StoredOutput[];
  readonly expired: readonly JobId[];
}

/** The events that change something here. */
export const QUEUE_EVENTS: readonly JobEvent['type'][] = [
  'JobRequested',
  'JobStarted',
  'JobCompleted',
  'JobAttemptFailed',
  'JobAttemptLost',
  'JobFailed',
  'JobCancelled',
  'JobExpired',
  'OutputExpired',
];

/** Sums up a batch, so that a job which was requested and has ended within it is never queued. */
export function changesOf(events: readonly RecordedEvent[]): QueueChanges {
  const jobs = new Map<JobId, JobChange>();
  const stored = new Map<JobId, StoredOutput>();
  const expired = new Set<JobId>();
  for (const recorded of events) {
    const event = toDomainEvent<JobEvent>(recorded);
    const jobId = event.type === 'JobRequested' ? event.request.jobId : event.jobId;
    const before = jobs.get(jobId) ?? { fate: null, queued: null };
    const after = changed(before, event, recorded.recordedAt);
    if (after) jobs.set(jobId, after);
    if (event.type === 'JobCompleted' && !event.output.withheld) {
      stored.set(jobId, { jobId, attempt: event.attempt, expiresAt: event.outputExpiresAt });
    }
    if (event.type === 'OutputExpired' && !stored.delete(jobId)) expired.add(jobId);
  }
  const fates = [...jobs].flatMap(([jobId, { fate, queued }]) => (fate && !queued ? [{ ...fate, jobId }] : []));
  return {
    queued: [...jobs.values()].flatMap(({ fate, queued }) => queuedJob(queued, fate) ?? []),
    ended: fates.filter(({ type }) => type === 'ended').map(({ jobId }) => jobId),
    cancelled: fates.filter(({ type }) => type === 'cancelled').map(({ jobId }) => jobId),
    started: fates.filter((fate) => fate.type === 'started'),
    waiting: fates.filter((fate) => fate.type === 'waiting'),
    stored: [...stored.values()],
    expired: [...expired],
  };
}

type Fate =
  | { readonly type: 'ended' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'started'; readonly attempt: number; readonly worker: string }
  | { readonly type: 'waiting'; readonly attempt: number; readonly readyAt: Instant };

interface JobChange {
  /** What the last event says; null when it was only requested. */
  readonly fate: Fate | null;
  /** Set when the batch holds its request. */
  readonly queued: QueuedJob | null;
}

function changed(before: JobChange, event: JobEvent, recordedAt: Date): JobChange | null {
  switch (event.type) {
    case 'JobRequested': {
      const { jobId, owner, priority, catchUp, startBefore, startAfter, input } = event.request;
      const { origin, scheduleId, nominalTime, exclusive } = event.request;
      return {
        fate: null,
        queued: {
          jobId,
          owner,
          datasetId: input.additionalConfig.datasetId,
          priority,
          level: queueLevel(priority, catchUp),
          scheduleId: origin === 'schedule' ? scheduleId : null,
          nominalTime,
          exclusive,
          enqueuedAt: recordedAt,
          readyAt: startAfter === null ? recordedAt : later(recordedAt, new Date(startAfter)),
          startBefore,
          attempt: 0,
          worker: null,
        },
      };
    }
    case 'JobStarted':
      return { ...before, fate: { type: 'started', attempt: event.attempt, worker: event.worker } };
    case 'JobAttemptFailed':
      return { ...before, fate: { type: 'waiting', attempt: event.attempt, readyAt: event.retryAt } };
    case 'JobAttemptLost':
      return { ...before, fate: { type: 'waiting', attempt: event.attempt, readyAt: event.at } };
    case 'JobCancelled':
      return { ...before, fate: { type: 'cancelled' } };
    case 'JobCompleted':
    case 'JobFailed':
    case 'JobExpired':
      return { ...before, fate: { type: 'ended' } };
    case 'OutputExpired':
    case 'JobDropped':
    case 'OccurrenceSkipped':
    case 'JobStalled':
    case 'JobRunningLong':
      return null;
  }
}

function queuedJob(queued: QueuedJob | null, fate: Fate | null): QueuedJob | null {
  if (!queued || !fate) return queued;
  switch (fate.type) {
    case 'started':
      return { ...queued, attempt: fate.attempt, worker: fate.worker };
    case 'waiting':
      return { ...queued, attempt: fate.attempt, readyAt: new Date(fate.readyAt) };
    case 'ended':
    case 'cancelled':
      return null;
  }
}

function later(left: Date, right: Date): Date {
  return left > right ? left : right;
}
