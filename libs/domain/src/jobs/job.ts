import { accept, refuse, type Decider } from '#event-sourcing';
import { isBefore, millisecondsOf, toInstant } from '../instants';
import { sameJson } from '../json-equality';
import type { Instant } from '../identifiers';
import { jobFailure, type JobFailure } from './failure-class';
import { retryDelayMs, retryRuleOf, type RetryPolicy, type RetryRule } from './retry-policy';
import type { JobCommand, JobEvent, JobRefusal, JobState, JobStatus, LossCause } from './job-messages';

/** A job that was requested, whatever became of it. */
export type ExistingJob = Exclude<JobState, { status: 'absent' | 'skipped' }>;

/** True for a status that nothing follows. */
export function isEnded(status: JobStatus): boolean {
  return status !== 'requested' && status !== 'running' && status !== 'retry_waiting';
}

/**
 * One run of a report. The attempt number is the fencing token: only the attempt that is running may complete, fail or be
 * lost, so the result of a worker that was taken over is refused. Telling the same outcome twice changes nothing.
 *
 * ```text
 * requested ──► running ──► completed | completed_with_warnings | failed
 *     │          │   ▲
 *     │          ▼   │
 *     │      retry_waiting          cancelled from any of the three on the left; expired from the two that do not run
 * ```
 */
export const job: Decider<JobCommand, JobState, JobEvent, JobRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'RequestJob':
        if (state.status === 'absent') return accept({ ...command, type: 'JobRequested' });
        return state.status !== 'skipped' && sameJson(command.request, state.request)
          ? accept()
          : refuse({ code: 'job.exists' });
      case 'SkipOccurrence':
        if (state.status === 'absent') return accept({ ...command, type: 'OccurrenceSkipped' });
        return state.status === 'skipped' ? accept() : refuse({ code: 'job.exists' });
      case 'StartJob':
      case 'CompleteJob':
      case 'FailAttempt':
      case 'LoseAttempt':
      case 'CancelJob':
      case 'ExpireJob':
      case 'ExpireOutput':
      case 'ReportStalled':
      case 'ReportRunningLong':
      case 'DropJob':
        if (state.status === 'absent' || state.status === 'skipped') return refuse({ code: 'job.missing' });
        return change(command, state);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'JobRequested':
        return {
          status: 'requested',
          request: event.request,
          attempt: 0,
          worker: null,
          startedAt: null,
          firstStartedAt: null,
          handedBack: 0,
          attemptOutcome: null,
          retryAt: null,
          retryBefore: null,
          stalledAfter: null,
          ranLong: null,
          output: null,
          outputExpired: false,
          deadLetter: null,
        };
      case 'OccurrenceSkipped':
        return { status: 'skipped' };
      case 'JobStarted':
      case 'JobCompleted':
      case 'JobAttemptFailed':
      case 'JobAttemptLost':
      case 'JobFailed':
      case 'JobCancelled':
      case 'JobExpired':
      case 'OutputExpired':
      case 'JobStalled':
      case 'JobRunningLong':
      case 'JobDropped':
        return state.status === 'absent' || state.status === 'skipped' ? state : changed(state, event);
    }
  },
};

type Change = Exclude<JobCommand, { type: 'RequestJob' | 'SkipOccurrence' }>;
type Outcome = ReturnType<typeof job.decide>;

function change(command: Change, state: ExistingJob): Outcome {
  switch (command.type) {
    case 'StartJob':
      return start(command, state);
    case 'CompleteJob':
      return settle(command.attempt, 'completed', state, { ...command, type: 'JobCompleted' });
    case 'FailAttempt':
      return settle(command.attempt, 'failed', state, failed(command, state));
    case 'LoseAttempt':
      return settle(command.attempt, 'lost', state, lost(command, state));
    case 'CancelJob':
      if (state.status === 'cancelled') return accept();
      return isEnded(state.status) ? refuse({ code: 'job.ended' }) : accept({ ...command, type: 'JobCancelled' });
    case 'ExpireJob':
      if (state.status === 'expired') return accept();
      if (state.status === 'running') return refuse({ code: 'job.already_running' });
      return isEnded(state.status) ? refuse({ code: 'job.ended' }) : accept({ ...command, type: 'JobExpired' });
    case 'ExpireOutput':
      if (state.output === null) return refuse({ code: 'job.no_output' });
      return state.outputExpired ? accept() : accept({ ...command, type: 'OutputExpired' });
    case 'ReportStalled':
      if (isEnded(state.status)) return refuse({ code: 'job.ended' });
      if (state.status === 'running') return refuse({ code: 'job.already_running' });
      if (command.attempt !== state.attempt) return refuse({ code: 'job.attempt_superseded' });
      return state.stalledAfter === command.attempt ? accept() : accept({ ...command, type: 'JobStalled' });
    case 'ReportRunningLong':
      if (isEnded(state.status)) return refuse({ code: 'job.ended' });
      if (state.status !== 'running') return refuse({ code: 'job.not_running' });
      if (command.attempt !== state.attempt) return refuse({ code: 'job.attempt_superseded' });
      return state.ranLong === command.attempt ? accept() : accept({ ...command, type: 'JobRunningLong' });
    case 'DropJob':
      if (state.deadLetter === null) return refuse({ code: 'job.no_dead_letter' });
      return state.deadLetter === 'dropped' ? accept() : accept({ ...command, type: 'JobDropped' });
  }
}

function failed(command: Extract<JobCommand, { type: 'FailAttempt' }>, state: ExistingJob): JobEvent {
  const { policy, chance, ...rest } = command;
  const event = { ...rest, ...attemptFacts(state, command.at) };
  const rule = retryRuleOf(policy, command.failure.class);
  if (rule === null || !attemptsAreLeft(state, rule)) return { ...event, type: 'JobFailed' };
  const retryAt = toInstant(millisecondsOf(command.at) + retryDelayMs(rule, countedAttempts(state), chance));
  const retryBefore = retryDeadline(state, policy);
  return retryBefore !== null && isBefore(retryBefore, retryAt)
    ? { ...event, type: 'JobFailed' }
    : { ...event, type: 'JobAttemptFailed', retryAt, retryBefore };
}

function lost(command: Extract<JobCommand, { type: 'LoseAttempt' }>, state: ExistingJob): JobEvent {
  const { cause, policy, ...rest } = command;
  const event = { ...rest, ...attemptFacts(state, command.at) };
  // However often workers are shut down, no job fails of it.
  return cause === 'handed_back' || attemptsAreLeft(state, policy.transient)
    ? { ...event, type: 'JobAttemptLost', cause, retryBefore: retryDeadline(state, policy) }
    : { ...event, type: 'JobFailed', failure: LOST_FOR_GOOD[cause] };
}

function retryDeadline({ firstStartedAt }: ExistingJob, { deadlineMinutes }: RetryPolicy): Instant | null {
  if (deadlineMinutes === null || firstStartedAt === null) return null;
  return toInstant(millisecondsOf(firstStartedAt) + deadlineMinutes * 60_000);
}

const VANISHED = jobFailure(
  'worker.lost',
  'The worker that ran the export vanished, and no attempt is left. Run the report again.',
);
const LOST_FOR_GOOD: Readonly<Record<Exclude<LossCause, 'handed_back'>, JobFailure>> = {
  worker_lost: VANISHED,
  stuck: jobFailure(
    'worker.stuck',
    'The export made no progress any more, and no attempt is left. Look at the data source, then run the report again.',
  ),
};

/** How an attempt came to nothing that ended its job; null when it failed by itself. */
export function lossOf({ code }: JobFailure): LossCause | null {
  if (code === 'worker.lost') return 'worker_lost';
  return code === 'worker.stuck' ? 'stuck' : null;
}

/** Clocks of machines differ, and no attempt ended before it began. */
function attemptFacts({ worker, startedAt }: ExistingJob, at: Instant) {
  return {
    worker,
    durationMs: startedAt === null ? null : Math.max(0, millisecondsOf(at) - millisecondsOf(startedAt)),
  };
}

/** The attempts that have begun, without those that were handed back. */
export function countedAttempts({ attempt, handedBack }: ExistingJob): number {
  return attempt - handedBack;
}

/** The policy may have changed since the request, which promised no more than its own attempts. */
function attemptsAreLeft(state: ExistingJob, { attempts }: RetryRule): boolean {
  return countedAttempts(state) < Math.min(attempts, state.request.maxAttempts);
}

function start(command: Extract<JobCommand, { type: 'StartJob' }>, state: ExistingJob): Outcome {
  if (isEnded(state.status)) return refuse({ code: 'job.ended' });
  if (state.status === 'running') {
    return command.attempt === state.attempt && command.worker === state.worker
      ? accept()
      : refuse({ code: 'job.already_running' });
  }
  if (command.attempt !== state.attempt + 1) return refuse({ code: 'job.attempt_out_of_order' });
  if (state.retryAt !== null && isBefore(command.at, state.retryAt)) return refuse({ code: 'job.not_due' });
  if (state.retryBefore !== null && isBefore(state.retryBefore, command.at))
    return refuse({ code: 'job.past_deadline' });
  return accept({ ...command, type: 'JobStarted' });
}

/** Lets the running attempt end with the event, a repeat end with nothing, and refuses everybody else. */
function settle(
  attempt: number,
  outcome: NonNullable<ExistingJob['attemptOutcome']>,
  state: ExistingJob,
  event: JobEvent,
): Outcome {
  if (attempt !== state.attempt) return refuse({ code: 'job.attempt_superseded' });
  if (state.status === 'running') return accept(event);
  if (state.attemptOutcome === outcome) return accept();
  return refuse({ code: isEnded(state.status) ? 'job.ended' : 'job.attempt_superseded' });
}

function changed(
  state: ExistingJob,
  event: Exclude<JobEvent, { type: 'JobRequested' | 'OccurrenceSkipped' }>,
): ExistingJob {
  switch (event.type) {
    case 'JobStarted':
      return {
        ...state,
        status: 'running',
        attempt: event.attempt,
        worker: event.worker,
        startedAt: event.at,
        firstStartedAt: state.firstStartedAt ?? event.at,
        attemptOutcome: null,
        retryAt: null,
        retryBefore: null,
      };
    case 'JobCompleted': {
      const warned = event.output.truncated || event.output.warnings.length > 0;
      return {
        ...state,
        status: warned ? 'completed_with_warnings' : 'completed',
        attemptOutcome: 'completed',
        output: event.output,
      };
    }
    case 'JobAttemptFailed':
      return {
        ...state,
        status: 'retry_waiting',
        attemptOutcome: 'failed',
        retryAt: event.retryAt,
        retryBefore: event.retryBefore,
      };
    case 'JobAttemptLost':
      return {
        ...state,
        status: 'retry_waiting',
        attemptOutcome: 'lost',
        handedBack: state.handedBack + (event.cause === 'handed_back' ? 1 : 0),
        retryAt: event.at,
        retryBefore: event.retryBefore,
      };
    case 'JobFailed':
      return {
        ...state,
        status: 'failed',
        attemptOutcome: lossOf(event.failure) === null ? 'failed' : 'lost',
        deadLetter: event.failure.transient ? 'waiting' : null,
      };
    case 'JobCancelled':
      return { ...state, status: 'cancelled', retryAt: null };
    case 'JobExpired':
      return {
        ...state,
        status: 'expired',
        retryAt: null,
        deadLetter: event.reason === 'retry_deadline' ? 'waiting' : null,
      };
    case 'OutputExpired':
      return { ...state, outputExpired: true };
    case 'JobStalled':
      return { ...state, stalledAfter: event.attempt };
    case 'JobRunningLong':
      return { ...state, ranLong: event.attempt };
    case 'JobDropped':
      return { ...state, deadLetter: 'dropped' };
  }
}
