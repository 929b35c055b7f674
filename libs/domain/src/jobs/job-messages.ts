import type { DomainRefusal } from '#event-sourcing';
import type { BackfillId, Instant, JobId, RecipientId, ScheduleId, TemplateId, TimeZone, UserId } from '../identifiers';
import type { Priority, SkipReason } from '../schedules/schedule-messages';
import type { JobFailure } from './failure-class';
import type { RetryPolicy } from './retry-policy';
import type { BatchTypeId, JobInput, JobOutput } from './job-input';

/** `rerun` and `retry` are new jobs by hand that name the old one in `rerunOf`. */
export type JobOrigin = 'schedule' | 'run_now' | 'retry' | 'rerun' | 'standard_export' | 'backfill' | 'burst';

/** The row of a list whose report a job makes. */
export interface BurstRow {
  /** The schedule that made the list, and the revision of its burst's plan by which the list was expanded. */
  readonly scheduleId: ScheduleId;
  readonly planRevision: number;
  /** The job that made the list. */
  readonly listJobId: JobId;
  /** Counted from 1. */
  readonly row: number;
  /** Who gets the report by mail; null for a burst that sends none. */
  readonly recipientId: RecipientId | null;
}

/** What was asked for, fixed for the job's life. */
export interface JobRequest {
  readonly jobId: JobId;
  readonly batchTypeId: BatchTypeId;
  readonly origin: JobOrigin;
  /** Whose job it is: the schedule's owner or the person who asked. */
  readonly owner: UserId;
  readonly templateId: TemplateId | null;
  /** Revision of the template's stream from which the input was taken. */
  readonly templateRevision: number | null;
  readonly scheduleId: ScheduleId | null;
  readonly scheduleRevision: number | null;
  readonly rerunOf: JobId | null;
  /** When the occurrence was due (not when it ran), or when a person asked. */
  readonly nominalTime: Instant;
  readonly timeZone: TimeZone;
  readonly priority: Priority;
  /** Attempts in all, at least 1; those handed back at a shutdown do not count. */
  readonly maxAttempts: number;
  /** The job expires if it has not started by then; null means it waits for ever. */
  readonly startBefore: Instant | null;
  /** Not started earlier; null: as soon as there is room. */
  readonly startAfter: Instant | null;
  /** It makes up for an outage, or is part of a backfill, so it ranks below what is due. */
  readonly catchUp: boolean;
  /** No job of the same schedule may run beside it. */
  readonly exclusive: boolean;
  /** What it is a part of, for the origin `backfill`. */
  readonly backfillId: BackfillId | null;
  /** For the origin `burst`. */
  readonly burst: BurstRow | null;
  readonly input: JobInput;
}

/** What a request is unless it says otherwise, and what each was before the version of `JobRequested` that has it. */
export const PLAIN_REQUEST = {
  startAfter: null,
  catchUp: false,
  exclusive: false,
  backfillId: null,
  burst: null,
} as const satisfies Partial<JobRequest>;

export type JobCommand =
  | { readonly type: 'RequestJob'; readonly request: JobRequest; readonly at: Instant }
  | {
      readonly type: 'SkipOccurrence';
      readonly jobId: JobId;
      readonly scheduleId: ScheduleId;
      readonly nominalTime: Instant;
      readonly reason: SkipReason;
      readonly at: Instant;
    }
  /** `attempt` is the one the worker means to begin: 1, or the last one + 1. */
  | {
      readonly type: 'StartJob';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly worker: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'CompleteJob';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly output: JobOutput;
      readonly outputExpiresAt: Instant;
      readonly at: Instant;
    }
  /** `policy` is the one in force, and `chance` (0 to 1, exclusive) makes the jitter. */
  | {
      readonly type: 'FailAttempt';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly failure: JobFailure;
      readonly policy: RetryPolicy;
      readonly chance: number;
      readonly at: Instant;
    }
  /** From whoever finds an attempt whose lease ran out, or from its own worker, which cannot finish it. */
  | {
      readonly type: 'LoseAttempt';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly cause: LossCause;
      readonly policy: RetryPolicy;
      readonly at: Instant;
    }
  | {
      readonly type: 'CancelJob';
      readonly jobId: JobId;
      readonly by: UserId;
      readonly reason: string | null;
      readonly at: Instant;
    }
  /** Ends a job that has not started by its deadline, or whose schedule or template went away before it started. */
  | { readonly type: 'ExpireJob'; readonly jobId: JobId; readonly reason: ExpiryReason; readonly at: Instant }
  | { readonly type: 'ExpireOutput'; readonly jobId: JobId; readonly at: Instant }
  /** From whoever sees that a job waits too long. `attempt` is the one begun last, 0 before the first. */
  | {
      readonly type: 'ReportStalled';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly waitingSince: Instant;
      readonly at: Instant;
    }
  | ({
      readonly type: 'ReportRunningLong';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly at: Instant;
    } & LongRun)
  /** Takes a dead letter off the list without running it again. */
  | {
      readonly type: 'DropJob';
      readonly jobId: JobId;
      readonly by: UserId;
      readonly reason: string;
      readonly at: Instant;
    };

/**
 * Why an attempt came to nothing without a failure of its own: its worker vanished, it made no progress, or its worker was shut
 * down and gave it back.
 */
export const LOSS_CAUSES = ['worker_lost', 'stuck', 'handed_back'] as const;
export type LossCause = (typeof LOSS_CAUSES)[number];

/** What an attempt has run longer than. */
export interface LongRun {
  /** Milliseconds. */
  readonly limitMs: number;
  /** What the limit comes from: the template's own runs, or the ceiling for all. */
  readonly basis: 'history' | 'ceiling';
}

/** Of the attempt that an event ends. Both are null in events of before they were recorded. */
interface AttemptFacts {
  readonly worker: string | null;
  /** From its start until it was known to have ended, in milliseconds of the workers' clocks. */
  readonly durationMs: number | null;
}

export const EXPIRY_REASONS = [
  'deadline',
  'schedule_removed',
  'schedule_paused',
  'template_archived',
  'retry_deadline',
] as const;
/** `deadline`: it had not started by then. `retry_deadline`: the time is over in which another attempt might begin. */
export type ExpiryReason = (typeof EXPIRY_REASONS)[number];

export type JobEvent =
  | { readonly type: 'JobRequested'; readonly request: JobRequest; readonly at: Instant }
  | {
      readonly type: 'OccurrenceSkipped';
      readonly jobId: JobId;
      readonly scheduleId: ScheduleId;
      readonly nominalTime: Instant;
      readonly reason: SkipReason;
      readonly at: Instant;
    }
  | {
      readonly type: 'JobStarted';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly worker: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'JobCompleted';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly output: JobOutput;
      readonly outputExpiresAt: Instant;
      readonly at: Instant;
    }
  /** The attempt failed and another one follows, not before `retryAt`. */
  | (AttemptFacts & {
      readonly type: 'JobAttemptFailed';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly failure: JobFailure;
      readonly retryAt: Instant;
      /** No other attempt begins after this; null: no end. */
      readonly retryBefore: Instant | null;
      readonly at: Instant;
    })
  /** The attempt came to nothing; another attempt follows at once. */
  | (AttemptFacts & {
      readonly type: 'JobAttemptLost';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly cause: LossCause;
      readonly retryBefore: Instant | null;
      readonly at: Instant;
    })
  /** The end: no attempt is left, or the failure is not one to try again after. */
  | (AttemptFacts & {
      readonly type: 'JobFailed';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly failure: JobFailure;
      readonly at: Instant;
    })
  | {
      readonly type: 'JobCancelled';
      readonly jobId: JobId;
      readonly by: UserId;
      readonly reason: string | null;
      readonly at: Instant;
    }
  | { readonly type: 'JobExpired'; readonly jobId: JobId; readonly reason: ExpiryReason; readonly at: Instant }
  | { readonly type: 'OutputExpired'; readonly jobId: JobId; readonly at: Instant }
  /** It waits for a worker longer than it should; told once for each attempt that it waits for. */
  | {
      readonly type: 'JobStalled';
      readonly jobId: JobId;
      /** The attempt begun last; 0 before the first. */
      readonly attempt: number;
      readonly waitingSince: Instant;
      readonly at: Instant;
    }
  /** An attempt runs longer than it should; told once for each. */
  | ({
      readonly type: 'JobRunningLong';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly at: Instant;
    } & LongRun)
  /** Nobody waits for the report any more: a person took the job off the dead letters. It stays failed. */
  | {
      readonly type: 'JobDropped';
      readonly jobId: JobId;
      readonly by: UserId;
      readonly reason: string;
      readonly at: Instant;
    };

export const JOB_STATUSES = [
  'requested',
  'running',
  'retry_waiting',
  'completed',
  'completed_with_warnings',
  'failed',
  'cancelled',
  'expired',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export type JobState =
  | { readonly status: 'absent' }
  | { readonly status: 'skipped' }
  | {
      readonly status: JobStatus;
      readonly request: JobRequest;
      /** The attempt begun last; 0 before the first. It is the fencing token of results. */
      readonly attempt: number;
      /** Who began it, and when. */
      readonly worker: string | null;
      readonly startedAt: Instant | null;
      /** When the first attempt began. */
      readonly firstStartedAt: Instant | null;
      /** How many attempts were handed back at a shutdown, which cost the job nothing. */
      readonly handedBack: number;
      /** How it ended; null before its end, and when the job was cancelled meanwhile. */
      readonly attemptOutcome: 'completed' | 'failed' | 'lost' | null;
      /** When a waiting job may try again. */
      readonly retryAt: Instant | null;
      /** When its time to try again is over; null: no end. */
      readonly retryBefore: Instant | null;
      /** The attempt after which its wait was reported, and the one that was reported to run long; null: none was. */
      readonly stalledAfter: number | null;
      readonly ranLong: number | null;
      readonly output: JobOutput | null;
      readonly outputExpired: boolean;
      /**
       * Set on a job that came to nothing although another try might have succeeded: its attempts ran out, or the time for them, or it
       * took its worker with it each time. It waits for a person, until it is dropped. Null for all others.
       */
      readonly deadLetter: 'waiting' | 'dropped' | null;
    };

export type JobRefusal = DomainRefusal & {
  readonly code:
    | 'job.exists'
    | 'job.missing'
    | 'job.ended'
    | 'job.already_running'
    | 'job.not_running'
    | 'job.attempt_superseded'
    | 'job.attempt_out_of_order'
    | 'job.not_due'
    | 'job.past_deadline'
    | 'job.no_output'
    | 'job.no_dead_letter';
};
