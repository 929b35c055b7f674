import { transaction, type Pool, type PoolClient } from '#database';
import { backfill, streamOf, toInstant, type BackfillCommand, type BackfillId } from '#domain';
import { derivedId, execute, type EventStore } from '#event-sourcing';
import type { Clock, Logger } from '#platform';
import { ACTOR, contextOf, requestAppends, sourceOf } from './backfill-requests';
import {
  claimBackfill,
  moveBackfill,
  openJobs,
  outcomesOf,
  removeBackfill,
  settleJobs,
  type ClaimedBackfill,
} from './backfill-table';
import { cancelJob } from './cancel-job';

export interface BackfillParts {
  readonly pool: Pool;
  readonly eventStore: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Attempts that each job gets. */
  readonly maxAttempts: number;
}

/**
 * Does what backfills have to do at this moment: requests their next jobs, cancels the waiting jobs of those that were cancelled,
 * and completes those whose jobs have ended. It does so in the transaction that claims the backfill's row; each job is a stream
 * of its own that is expected to be absent, so a crash between the append and the commit only leads to an append that finds itself.
 */
export async function runBackfills(parts: BackfillParts, goOn: () => boolean): Promise<void> {
  const postponed: BackfillId[] = [];
  const settle = (client: PoolClient) => settleNext(parts, client, postponed);
  while (goOn() && (await transaction(parts.pool, settle)));
}

/** Returns false when no backfill has anything to do. */
async function settleNext(parts: BackfillParts, client: PoolClient, postponed: BackfillId[]): Promise<boolean> {
  const claimed = await claimBackfill(client, postponed);
  if (!claimed) return false;
  const { backfillId, revision } = claimed;
  const stream = streamOf('backfill', backfillId);
  const isCurrent = (await parts.eventStore.headRevisions([stream])).get(stream) === revision;
  // A cancel that was answered is obeyed; the projection wakes us once it has heard of it.
  if (!isCurrent || !(await settleOne(parts, client, claimed))) postponed.push(backfillId);
  return true;
}

/** Returns false when the backfill has to be looked at again after its next event. */
async function settleOne(parts: BackfillParts, client: PoolClient, claimed: ClaimedBackfill): Promise<boolean> {
  const { backfillId, status, requested, total, concurrency } = claimed;
  const open = await openJobs(client, backfillId);
  if (status === 'cancelled') {
    const waiting = open.filter(({ settled }) => !settled).map(({ jobId }) => jobId);
    for (const jobId of waiting) await cancelJob(parts, { backfillId, jobId }, claimed.cancelRunning);
    await settleJobs(client, waiting);
    return true;
  }
  if (requested < total) return requestNext(parts, client, claimed, concurrency - open.length);
  if (open.length > 0) return false;
  const outcomes = await outcomesOf(client, backfillId);
  const at = toInstant(parts.clock.now());
  const completed = await change(parts, claimed, { type: 'CompleteBackfill', backfillId, outcomes, at });
  if (completed) await removeBackfill(client, backfillId);
  return completed;
}

async function requestNext(
  parts: BackfillParts,
  client: PoolClient,
  claimed: ClaimedBackfill,
  room: number,
): Promise<boolean> {
  const { backfillId } = claimed;
  if (room <= 0) return false;
  const now = parts.clock.now();
  const source = await sourceOf(parts.eventStore, claimed);
  if ('obstacle' in source) {
    const cause = source.obstacle;
    const at = toInstant(now);
    await change(parts, claimed, { type: 'CancelBackfill', backfillId, cancelRunning: false, cause, by: ACTOR, at });
    return false;
  }
  const { maxAttempts } = parts;
  const requests = requestAppends(claimed, source, claimed.next.slice(0, room), { now, maxAttempts });
  // One whose stream exists was requested before.
  await parts.eventStore.appendMany(requests.map((request) => request.append));
  await moveBackfill(
    client,
    claimed,
    requests.map(({ jobId }) => jobId),
  );
  parts.logger.debug({ backfillId, requested: requests.length }, 'backfill moved on');
  return true;
}

/** Returns false when somebody else has changed the backfill in this moment. */
async function change(
  { eventStore }: BackfillParts,
  { backfillId, revision }: ClaimedBackfill,
  command: BackfillCommand,
): Promise<boolean> {
  const outcome = await execute(eventStore, backfill, {
    streamId: streamOf('backfill', backfillId),
    command,
    context: contextOf(derivedId(backfillId, command.type), backfillId),
    expectedRevision: revision,
  });
  if (outcome.kind === 'refused') throw new Error(`${command.type} was refused: ${outcome.refusal.code}`);
  return outcome.kind === 'done';
}
