import { createHash } from 'node:crypto';
import type { Pool } from '#database';
import { isEnded, type JobId, type JobRequest, type JobState } from '#domain';
import type { JobHistory } from './job-history';

/**
 * Remembers which jobs delivered files, for reports that are delivered only when their rows have changed. The table points to
 * jobs; what they delivered, and whether at all, is read from their streams. So nothing rests on a projection that may be
 * behind, and a note of a job that came to nothing does no harm.
 */
export class DeliveredContent {
  readonly #pool: Pool;
  readonly #history: JobHistory;

  constructor(pool: Pool, history: JobHistory) {
    this.#pool = pool;
    this.#history = history;
  }

  /** SHA-256 of the rows that the report's latest job by nominal time delivered; null when there is none. */
  async last(request: JobRequest): Promise<string | null> {
    const report = reportOf(request);
    const { rows } = await this.#pool.query<{ job_id: string }>(
      'SELECT job_id FROM exporter.delivered_content WHERE report = $1 ORDER BY nominal_time DESC, noted_at DESC',
      [report],
    );
    const noted = rows.map((row) => row.job_id);
    const useless: JobId[] = [];
    for (const [index, jobId] of noted.entries()) {
      const state = await this.#history.job(jobId);
      const content = deliveredBy(state);
      if (content !== null) {
        await this.#forget(report, [...useless, ...noted.slice(index + 1)]);
        return content;
      }
      if (isOver(state)) useless.push(jobId);
    }
    return null;
  }

  /** To be called before the job completes with files: a repeat changes nothing but the order among equal nominal times. */
  async note(request: JobRequest): Promise<void> {
    await this.#pool.query(
      `INSERT INTO exporter.delivered_content (report, job_id, nominal_time) VALUES ($1, $2, $3)
       ON CONFLICT (report, job_id) DO UPDATE SET noted_at = clock_timestamp()`,
      [reportOf(request), request.jobId, request.nominalTime],
    );
  }

  async #forget(report: string, jobIds: readonly JobId[]): Promise<void> {
    if (jobIds.length === 0) return;
    await this.#pool.query('DELETE FROM exporter.delivered_content WHERE report = $1 AND job_id = ANY ($2)', [
      report,
      jobIds,
    ]);
  }
}

/**
 * Runs of a schedule follow one another, those of a backfill, those that one person asks for of one template, and those that the lists
 * of a burst ask for with the same values for the same recipient, whatever row they stand in.
 */
function reportOf({ backfillId, burst, scheduleId, templateId, owner, input }: JobRequest): string {
  if (backfillId !== null) return `backfill:${backfillId}`;
  if (burst !== null) {
    const values = input.dynamicMapping
      ? input.additionalConfig.parameters.map(({ name, value }) => [name, value])
      : [];
    const row = createHash('sha256')
      .update(JSON.stringify([templateId, values, burst.recipientId]))
      .digest('hex');
    return `burst:${burst.scheduleId}:${row}`;
  }
  return scheduleId === null ? `template:${templateId ?? ''}:${owner}` : `schedule:${scheduleId}`;
}

function deliveredBy(state: JobState): string | null {
  if (state.status === 'absent' || state.status === 'skipped' || state.output === null) return null;
  return state.output.withheld === null ? state.output.contentSha256 : null;
}

function isOver(state: JobState): boolean {
  return state.status !== 'absent' && state.status !== 'skipped' && isEnded(state.status);
}
