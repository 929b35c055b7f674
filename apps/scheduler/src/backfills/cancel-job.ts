import {
  isEnded,
  job,
  streamOf,
  toInstant,
  type BackfillId,
  type JobCommand,
  type JobEvent,
  type JobId,
  type JobRefusal,
  type JobState,
} from '#domain';
import { accept, derivedId, execute, type Decider, type EventStore } from '#event-sourcing';
import type { Clock } from '#platform';
import { ACTOR, contextOf } from './backfill-requests';

interface CancelParts {
  readonly eventStore: EventStore;
  readonly clock: Clock;
}

const REASON = 'The backfill was cancelled.';

/**
 * Cancels a job of a backfill that was cancelled, unless it has ended; one that runs only when told to. A worker may begin it in
 * this very moment: then it is decided anew. Throws an error when others change the job again and again.
 */
export async function cancelJob(
  { eventStore, clock }: CancelParts,
  { backfillId, jobId }: { readonly backfillId: BackfillId; readonly jobId: JobId },
  cancelRunning: boolean,
): Promise<void> {
  const outcome = await execute(eventStore, cancelRunning ? unlessEnded : unlessRunning, {
    streamId: streamOf('job', jobId),
    command: { type: 'CancelJob', jobId, by: ACTOR, reason: REASON, at: toInstant(clock.now()) },
    context: contextOf(derivedId(jobId, `CancelJob of ${backfillId}`), backfillId),
  });
  if (outcome.kind !== 'done') throw new Error(`the job ${jobId} could not be cancelled: ${outcome.kind}`);
}

type JobDecider = Decider<JobCommand, JobState, JobEvent, JobRefusal>;

const unlessEnded = deciding(isOpen);
const unlessRunning = deciding((state) => isOpen(state) && state.status !== 'running');

function isOpen({ status }: JobState): boolean {
  return status !== 'absent' && status !== 'skipped' && !isEnded(status);
}

/** Like `job` in some states, and in the others nothing follows. */
function deciding(where: (state: JobState) => boolean): JobDecider {
  return { ...job, decide: (command, state) => (where(state) ? job.decide(command, state) : accept()) };
}
