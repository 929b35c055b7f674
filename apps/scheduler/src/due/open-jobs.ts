import type { PoolClient } from '#database';
import { occurrenceJobId, streamOf, toInstant, type JobId, type ScheduleId } from '#domain';
import type { EventStore, RecordedEvent } from '#event-sourcing';
import type { DueSchedule } from '../projection/due-schedule';
import { mindsOverlap, type OpenJob } from './overlap';

export interface ScheduledJob {
  readonly jobId: JobId;
  readonly scheduleId: ScheduleId;
}

/** After these a job has not ended. Every other event of a job is its end, or follows on it. */
const OPEN = ['JobRequested', 'JobStalled', 'JobStarted', 'JobRunningLong', 'JobAttemptFailed', 'JobAttemptLost'];

/** How a job stands after the last event of its stream; null when it has ended. */
export function standingAfter({ type, data }: Pick<RecordedEvent, 'type' | 'data'>): Pick<OpenJob, 'waits'> | null {
  if (!OPEN.includes(type)) return null;
  const isStalledAtFirst = type === 'JobStalled' && (data as { readonly attempt: number }).attempt === 0;
  return { waits: type === 'JobRequested' || isStalledAtFirst };
}

/** Jobs of schedules that mind an overlap which may not have ended. The last one stands among them although nobody noted it. */
export async function candidateJobs(
  client: PoolClient,
  schedules: readonly DueSchedule[],
): Promise<readonly ScheduledJob[]> {
  const minding = schedules.filter(({ state }) => mindsOverlap(state.definition));
  if (minding.length === 0) return [];
  const { rows } = await client.query<{ job_id: string; schedule_id: string }>({
    name: 'open-jobs',
    text: 'SELECT job_id, schedule_id FROM scheduler.open_job WHERE schedule_id = ANY ($1)',
    values: [minding.map(({ state }) => state.scheduleId)],
  });
  const jobs = new Map(rows.map((row) => [row.job_id, row.schedule_id]));
  for (const { state, settledTo } of minding) {
    if (settledTo) jobs.set(occurrenceJobId(state.scheduleId, toInstant(settledTo)), state.scheduleId);
  }
  return [...jobs].map(([jobId, scheduleId]) => ({ jobId, scheduleId }));
}

/** Those of the jobs that have not ended, by schedule, and those that have, as their streams tell: `heads` has the revisions. */
export async function openJobs(
  eventStore: EventStore,
  candidates: readonly ScheduledJob[],
  heads: ReadonlyMap<string, number>,
): Promise<{ readonly open: ReadonlyMap<ScheduleId, readonly OpenJob[]>; readonly ended: readonly JobId[] }> {
  const open = new Map<ScheduleId, OpenJob[]>();
  const ended: JobId[] = [];
  const candidateOf = new Map(candidates.map((candidate) => [streamOf('job', candidate.jobId), candidate]));
  const places = [...candidateOf.keys()].flatMap((streamId) => {
    const revision = heads.get(streamId);
    return revision === undefined ? [] : [{ streamId, revision }];
  });
  for (const event of places.length > 0 ? await eventStore.readAt(places) : []) {
    const candidate = candidateOf.get(event.streamId);
    if (!candidate) continue;
    const { jobId, scheduleId } = candidate;
    const standing = standingAfter(event);
    if (standing) open.set(scheduleId, [...(open.get(scheduleId) ?? []), { jobId, ...standing }]);
    else ended.push(jobId);
  }
  return { open, ended };
}

/** Notes jobs that were requested for schedules that mind an overlap. */
export async function noteOpenJobs(client: PoolClient, jobs: readonly ScheduledJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await client.query({
    name: 'note-open-jobs',
    text: `INSERT INTO scheduler.open_job (job_id, schedule_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])
           ON CONFLICT (job_id) DO NOTHING`,
    values: [jobs.map(({ jobId }) => jobId), jobs.map(({ scheduleId }) => scheduleId)],
  });
}

export async function forgetJobs(client: PoolClient, jobIds: readonly JobId[]): Promise<void> {
  if (jobIds.length === 0) return;
  await client.query({
    name: 'forget-open-jobs',
    text: 'DELETE FROM scheduler.open_job WHERE job_id = ANY ($1)',
    values: [jobIds],
  });
}

/**
 * Notes the jobs that schedules requested before they began to mind an overlap, as the read model has them. It may be behind:
 * what it has not heard of yet is the last job of a schedule, which is looked at in any case.
 */
export async function noteEarlierJobs(client: PoolClient, scheduleIds: readonly ScheduleId[]): Promise<void> {
  if (scheduleIds.length === 0) return;
  await client.query({
    name: 'note-earlier-jobs',
    text: `INSERT INTO scheduler.open_job (job_id, schedule_id)
           SELECT job_request_id, schedule_id FROM read_model.job_request
           WHERE schedule_id = ANY ($1) AND origin = 'schedule' AND status IN ('requested', 'running', 'retry_waiting')
           ON CONFLICT (job_id) DO NOTHING`,
    values: [scheduleIds],
  });
}
