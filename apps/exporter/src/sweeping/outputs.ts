import type { Pool } from '#database';
import { isEnded, toInstant, type JobId, type JobState } from '#domain';
import type { FileStore } from '#file-store';
import type { Clock, Logger } from '#platform';
import type { JobHistory } from '../jobs/job-history';

const BATCH = 200;
const JOBS = 'jobs';

export interface OutputParts {
  readonly pool: Pool;
  readonly history: JobHistory;
  readonly fileStore: FileStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Removes the files of jobs whose retention is over: first the event, then the files, then the note of them, so that a
 * crash in between leaves nothing that the next sweep does not find.
 */
export async function expireOutputs(parts: OutputParts): Promise<void> {
  while ((await expireBatch(parts)) === BATCH);
}

/** Returns how many outputs were expired. */
async function expireBatch({ pool, history, fileStore, clock, logger }: OutputParts): Promise<number> {
  const now = toInstant(clock.now());
  const { rows } = await pool.query<{ job_id: string }>(
    'SELECT job_id FROM exporter.stored_output WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2',
    [now, BATCH],
  );
  let expired = 0;
  for (const { job_id: jobId } of rows) {
    const outcome = await history.execute({ type: 'ExpireOutput', jobId, at: now }, 'retention');
    if (outcome.kind !== 'done') {
      logger.warn({ jobId, outcome: outcome.kind, code: 'exporter.output_kept' }, 'output not expired');
      continue;
    }
    await fileStore.removeFolder(`${JOBS}/${jobId}`);
    await pool.query('DELETE FROM exporter.stored_output WHERE job_id = $1', [jobId]);
    logger.debug({ jobId }, 'output expired');
    expired += 1;
  }
  return expired;
}

/**
 * Removes the folders of attempts that came to nothing. Workers never do it themselves: one whose answer was lost cannot
 * know whether its result counts. A folder goes only when the job's stream shows that it does not.
 */
export async function removeAbandonedAttempts(parts: OutputParts, signal: AbortSignal): Promise<void> {
  const { fileStore, history, logger } = parts;
  const jobs = await fileStore.listFolders(JOBS);
  for (let start = 0; start < jobs.length && !signal.aborted; start += BATCH) {
    const ids = jobs.slice(start, start + BATCH).filter(isUuid);
    const kept = await keptAttempts(parts.pool, ids);
    for (const jobId of ids) {
      const attempts = await fileStore.listFolders(`${JOBS}/${jobId}`);
      // Nearly always: one attempt, and it is the one that counts.
      if (attempts.length === 1 && attempts[0] === kept.get(jobId)) continue;
      const state = await history.job(jobId);
      const abandoned = attempts.filter((attempt) => isAbandoned(state, attempt));
      for (const attempt of abandoned) await fileStore.removeFolder(`${JOBS}/${jobId}/${attempt}`);
      if (abandoned.length === attempts.length && isOver(state)) await fileStore.removeFolder(`${JOBS}/${jobId}`);
      if (abandoned.length > 0) logger.debug({ jobId, attempts: abandoned }, 'files of abandoned attempts removed');
    }
  }
}

/**
 * Gives up what workers that were killed had begun to store. What nobody has written to for longer than an export may take is at
 * no export's hands any more.
 */
export async function removeAbandonedUploads(
  { fileStore, logger }: Pick<OutputParts, 'fileStore' | 'logger'>,
  longestExportMs: number,
): Promise<void> {
  const uploads = await fileStore.removeAbandonedUploads(longestExportMs);
  if (uploads > 0) logger.debug({ uploads }, 'abandoned uploads removed');
}

/** Whether an attempt's files serve nobody, now or later. */
function isAbandoned(state: JobState, attempt: string): boolean {
  if (state.status === 'absent' || state.status === 'skipped' || !/^[1-9][0-9]*$/.test(attempt)) return false;
  if (isEnded(state.status)) {
    return state.output === null || state.outputExpired || Number(attempt) !== state.attempt;
  }
  return Number(attempt) < state.attempt;
}

function isOver(state: JobState): boolean {
  return state.status !== 'absent' && state.status !== 'skipped' && isEnded(state.status);
}

async function keptAttempts(pool: Pool, jobIds: readonly JobId[]): Promise<ReadonlyMap<JobId, string>> {
  const { rows } = await pool.query<{ job_id: string; attempt: number }>(
    'SELECT job_id, attempt FROM exporter.stored_output WHERE job_id = ANY ($1)',
    [jobIds],
  );
  return new Map(rows.map((row) => [row.job_id, String(row.attempt)]));
}

function isUuid(name: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);
}
