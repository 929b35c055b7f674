import { job, streamOf, toInstant, type JobId, type ScheduleId } from '#domain';
import { derivedId, execute, type EventStore, type Position } from '#event-sourcing';
import { ACTOR, contextOf, type Occurrence } from './occurrence-plan';
import type { ScheduledJob } from './open-jobs';

/** What became of an occurrence. */
export interface SettledOccurrence {
  readonly scheduleId: ScheduleId;
  readonly jobId: JobId;
  /** Whether it was requested, else skipped: as its stream has it, whoever was there first. */
  readonly requested: boolean;
  /** Of its first event. */
  readonly position: Position;
}

/**
 * Cancels what is in the way of each schedule's occurrences and appends these, schedules side by side, the occurrences of one in
 * their order, so that whatever a crash leaves behind has no gaps. One whose stream exists was settled before.
 */
export async function settleOccurrences(
  eventStore: EventStore,
  plans: readonly (readonly Occurrence[])[],
  now: Date,
): Promise<readonly SettledOccurrence[]> {
  const settled: SettledOccurrence[] = [];
  const most = plans.reduce((so, occurrences) => Math.max(so, occurrences.length), 0);
  for (let place = 0; place < most; place += 1) {
    const turn = plans.flatMap((occurrences) => occurrences[place] ?? []);
    for (const occurrence of turn) await cancelOthers(eventStore, occurrence, now);
    settled.push(...(await appendAll(eventStore, turn)));
  }
  return settled;
}

/** Those of the occurrences that were requested. */
export function requestedJobs(settled: readonly SettledOccurrence[]): readonly ScheduledJob[] {
  return settled.filter(({ requested }) => requested);
}

async function appendAll(
  eventStore: EventStore,
  occurrences: readonly Occurrence[],
): Promise<readonly SettledOccurrence[]> {
  const outcomes = await eventStore.appendMany(occurrences.map(({ append }) => append));
  const repeated: Occurrence[] = [];
  const settled = occurrences.flatMap((occurrence, index): SettledOccurrence[] => {
    const outcome = outcomes[index];
    if (!outcome?.ok || outcome.repeated) {
      repeated.push(occurrence);
      return [];
    }
    const { scheduleId, jobId, requests } = occurrence;
    return [{ scheduleId, jobId, requested: requests, position: outcome.position }];
  });
  if (repeated.length === 0) return settled;
  // A crash, or the other instance, came between: it may have decided otherwise then.
  const byStream = new Map(repeated.map((occurrence) => [occurrence.append.streamId, occurrence]));
  const stored = await eventStore.readAt([...byStream.keys()].map((streamId) => ({ streamId, revision: 0 })));
  return [
    ...settled,
    ...stored.flatMap(({ streamId, type, position }): SettledOccurrence[] => {
      const occurrence = byStream.get(streamId);
      if (!occurrence) return [];
      const { scheduleId, jobId } = occurrence;
      return [{ scheduleId, jobId, requested: type === 'JobRequested', position }];
    }),
  ];
}

async function cancelOthers(
  eventStore: EventStore,
  { jobId: successor, cancels }: Occurrence,
  now: Date,
): Promise<void> {
  for (const jobId of cancels) {
    const outcome = await execute(eventStore, job, {
      streamId: streamOf('job', jobId),
      command: {
        type: 'CancelJob',
        jobId,
        by: ACTOR,
        reason: 'The next run of its schedule was due, and takes its place.',
        at: toInstant(now),
      },
      context: contextOf(derivedId(successor, `cancel ${jobId}`)),
    });
    // One that ended in this moment is in nobody's way.
    if (outcome.kind !== 'done' && outcome.kind !== 'refused') throw new Error(`job ${jobId} could not be cancelled`);
  }
}
