import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobOutput } from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { byStream, checkHistory, stateOf } from './check-history';
import { ownCluster, withDatabase } from './own-cluster';
import { differencesFromRebuild } from './rebuilt';
import { ROWS } from './workload';

/** What was lost, doubled or left behind, a sentence each: in the events, the files and the read models. */
export async function checkOutcome(dataDir: string, events: readonly RecordedEvent[]): Promise<readonly string[]> {
  return [
    ...checkHistory({ events, until: firstPause(events) }),
    ...checkFiles(events, join(dataDir, 'files')),
    ...(await differencesFromRebuild(ownCluster(dataDir).url('report_scheduler'))),
    ...(await checkReadModels(dataDir, events)),
  ];
}

/** When the first schedule was paused: up to there every occurrence must have been dealt with. */
function firstPause(events: readonly RecordedEvent[]): Date {
  const pause = events.find(({ type }) => type === 'SchedulePaused');
  return pause ? new Date((pause.data as { at: string }).at) : new Date(0);
}

/** Every completed job's files exist with the promised bytes, and no other file is left. */
export function checkFiles(events: readonly RecordedEvent[], root: string): readonly string[] {
  const violations: string[] = [];
  const promised = new Set<string>();
  for (const { data } of events.filter(({ type }) => type === 'JobCompleted')) {
    for (const file of (data as { output: JobOutput }).output.files) {
      promised.add(file.key);
      const path = join(root, file.key);
      if (!existsSync(path)) violations.push(`${file.key} is missing`);
      else if (createHash('sha256').update(readFileSync(path)).digest('hex') !== file.sha256) {
        violations.push(`${file.key} does not have the promised bytes`);
      } else if (file.rows !== ROWS) violations.push(`${file.key} has ${file.rows} rows instead of ${ROWS}`);
    }
  }
  const jobs = join(root, 'jobs');
  const found = existsSync(jobs) ? readdirSync(jobs, { recursive: true, withFileTypes: true }) : [];
  for (const entry of found.filter((entry) => entry.isFile())) {
    const key = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (!promised.has(key) && !isForTheSweeper(key, events)) violations.push(`${key} belongs to no completed job`);
  }
  return violations;
}

/** How a job ends without files. */
const ENDS_WITHOUT_FILES = ['JobFailed', 'JobCancelled', 'JobExpired'];

/**
 * Whether a file is one of those that the sweeper removes, which comes by every ten minutes: a worker was killed between storing it
 * and saying so, and then another attempt began, or the job ended without one.
 */
function isForTheSweeper(key: string, events: readonly RecordedEvent[]): boolean {
  const [, jobId, attempt] = key.split('/');
  const history = events.filter(({ streamId }) => streamId === `job-${jobId}`);
  return history.some(
    ({ type, data }) =>
      ENDS_WITHOUT_FILES.includes(type) ||
      (type === 'JobStarted' && (data as { attempt: number }).attempt > Number(attempt)),
  );
}

/** The tables say what the streams say, and the audit trail has every event. */
export async function checkReadModels(dataDir: string, events: readonly RecordedEvent[]): Promise<readonly string[]> {
  return withDatabase(dataDir, async (client) => {
    const violations: string[] = [];
    const { rows } = await client.query<{ job_request_id: string; status: string; mapped: boolean }>(
      `SELECT j.job_request_id, j.status, EXISTS (
                SELECT FROM read_model.template_job_mapping m WHERE m.job_request_id = j.job_request_id) AS mapped
       FROM read_model.job_request j`,
    );
    const byId = new Map(rows.map((row) => [row.job_request_id, row]));
    for (const [streamId, history] of byStream(events)) {
      if (history[0]?.type !== 'JobRequested') continue;
      const row = byId.get(streamId.slice('job-'.length));
      const { status } = stateOf(history);
      if (row?.status !== status) violations.push(`${streamId} is ${status} but its row says ${String(row?.status)}`);
      else if (!row.mapped) violations.push(`${streamId} is not in the mapping table`);
    }
    const audit = await client.query<{ count: string }>('SELECT count(*) FROM read_model.audit_trail');
    const stored = await client.query<{ count: string }>('SELECT count(*) FROM event_store.event');
    if (audit.rows[0]?.count !== stored.rows[0]?.count) {
      violations.push(
        `the audit trail has ${String(audit.rows[0]?.count)} rows for ${String(stored.rows[0]?.count)} events`,
      );
    }
    return violations;
  });
}
