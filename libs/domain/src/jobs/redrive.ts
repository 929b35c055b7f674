import { v5 } from 'uuid';
import type { JobId, UserId } from '../identifiers';
import type { Priority } from '../schedules/schedule-messages';
import type { ExistingJob } from './job';
import { PLAIN_REQUEST, type JobRequest } from './job-messages';

/** Fixed for good: whoever redrives a job must find the run that somebody else has begun already. */
const REDRIVE_NAMESPACE = '2c1d7c0b-5a0e-4f0d-9a8a-7d0f3e6b91c4';

/** The id of the job that a redrive makes of a failed one: uuidv5 (RFC 9562), so that there is one of it at most. */
export function redriveJobId(jobId: JobId): JobId {
  return v5(jobId, REDRIVE_NAMESPACE);
}

/** Why a job is not to be redriven; null: it ended without a result, and nobody has given it up. */
export function redriveObstacle({ status, deadLetter }: ExistingJob): 'open' | 'completed' | 'dropped' | null {
  switch (status) {
    case 'requested':
    case 'running':
    case 'retry_waiting':
      return 'open';
    case 'completed':
    case 'completed_with_warnings':
      return 'completed';
    case 'failed':
    case 'cancelled':
    case 'expired':
      return deadLetter === 'dropped' ? 'dropped' : null;
  }
}

export interface RepeatTerms {
  readonly jobId: JobId;
  readonly origin: 'retry' | 'rerun';
  readonly owner: UserId;
  readonly priority: Priority;
  readonly maxAttempts: number;
  /** Whether it ranks below what is due. */
  readonly catchUp: boolean;
}

/** The same report again, for the same nominal time: relative dates give the same days. */
export function repeatedRequest(previous: JobRequest, terms: RepeatTerms): JobRequest {
  return {
    ...previous,
    ...PLAIN_REQUEST,
    ...terms,
    startBefore: null,
    // It is no occurrence of the schedule any more, so pausing that does not stop it, and none of its backfill or burst.
    scheduleId: null,
    scheduleRevision: null,
    rerunOf: previous.jobId,
  };
}
