import { toInstant } from '#domain';
import type { Clock, Logger } from '#platform';
import type { JobHistory } from '../jobs/job-history';
import type { ExportQueue } from '../queue/export-queue';

const BATCH = 200;

export interface DeadlineParts {
  readonly queue: ExportQueue;
  readonly history: JobHistory;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Ends waiting jobs that have not been started by their deadline; their events take them out of the queue. */
export async function expireWaitingJobs({ queue, history, clock, logger }: DeadlineParts): Promise<void> {
  const now = toInstant(clock.now());
  for (const jobId of await queue.pastDeadline(now, BATCH)) {
    const outcome = await history.execute({ type: 'ExpireJob', jobId, reason: 'deadline', at: now }, 'deadline');
    // A worker may have begun, or a person cancelled it, in this moment.
    if (outcome.kind === 'done') logger.info({ jobId, reason: 'deadline' }, 'job expired');
  }
}
