import { accept, refuse, type Decider } from '#event-sourcing';
import { isBefore, millisecondsOf, toInstant } from '../instants';
import { sameJson } from '../json-equality';
import type { JobCommand, JobEvent, JobFailure, JobRefusal, JobState, JobStatus } from './job-messages';

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
          attemptOutcome: null,
          retryAt: null,
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
    case 'FailAttempt': {
      const { retryDelayMs, ...failed } = command;
      const retryAt = toInstant(millisecondsOf(command.at) + retryDelayMs);
      const event: JobEvent =
        command.failure.transient && attemptsAreLeft(state)
          ? { ...failed, type: 'JobAttemptFailed', retryAt }
          : { ...failed, type: 'JobFailed' };
      return settle(command.attempt, 'failed', state, event);
    }
    case 'LoseAttempt': {
      const event: JobEvent = attemptsAreLeft(state)
        ? { ...command, type: 'JobAttemptLost' }
        : { ...command, type: 'JobFailed', failure: WORKER_LOST };
      return settle(command.attempt, 'lost', state, event);
    }
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
    case 'DropJob':
      if (state.deadLetter === null) return refuse({ code: 'job.no_dead_letter' });
      return state.deadLetter === 'dropped' ? accept() : accept({ ...command, type: 'JobDropped' });
  }
}

const WORKER_LOST: JobFailure = {
  code: 'worker.lost',
  message: 'The worker that ran the export vanished, and no attempt is left. Run the report again.',
  transient: true,
};

function attemptsAreLeft(state: ExistingJob): boolean {
  return state.attempt < state.request.maxAttempts;
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
        attemptOutcome: null,
        retryAt: null,
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
      return { ...state, status: 'retry_waiting', attemptOutcome: 'failed', retryAt: event.retryAt };
    case 'JobAttemptLost':
      return { ...state, status: 'retry_waiting', attemptOutcome: 'lost', retryAt: event.at };
    case 'JobFailed':
      return {
        ...state,
        status: 'failed',
        attemptOutcome: event.failure.code === 'worker.lost' ? 'lost' : 'failed',
        deadLetter: event.failure.transient ? 'waiting' : null,
      };
    case 'JobCancelled':
      return { ...state, status: 'cancelled', retryAt: null };
    case 'JobExpired':
      return { ...state, status: 'expired', retryAt: null };
    case 'OutputExpired':
      return { ...state, outputExpired: true };
    case 'JobDropped':
      return { ...state, deadLetter: 'dropped' };
  }
}
