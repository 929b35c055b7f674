import { join } from 'node:path';
import type { RecordedEvent } from '#event-sourcing';
import { checkHistory } from './check-history';
import { ownCluster, withDatabase } from './own-cluster';
import { checkFiles } from './proof/check-files';
import { byStream, stateOf } from './proof/streams';
import { differencesFromRebuild } from './rebuilt';
import { ROWS } from './workload';

/** What was lost, doubled or left behind, a sentence each: in the events, the files and the read models. */
export async function checkOutcome(dataDir: string, events: readonly RecordedEvent[]): Promise<readonly string[]> {
  return [
    ...checkHistory({ events, until: firstPause(events) }),
    ...checkStoredFiles(dataDir, events),
    ...(await differencesFromRebuild(ownCluster(dataDir).url('report_scheduler'))),
    ...(await checkReadModels(dataDir, events)),
  ];
}

/** When the first schedule was paused: up to there every occurrence must have been dealt with. */
function firstPause(events: readonly RecordedEvent[]): Date {
  const pause = events.find(({ type }) => type === 'SchedulePaused');
  return pause ? new Date((pause.data as { at: string }).at) : new Date(0);
}

/** The files of reports that all have the same rows, in a system that the sweeper of files may not have passed. */
export function checkStoredFiles(dataDir: string, events: readonly RecordedEvent[]): readonly string[] {
  return checkFiles(events, { root: join(dataDir, 'files'), rowsOf: () => ROWS, swept: false });
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
