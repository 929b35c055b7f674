import type { PoolClient } from '#database';
import { streamOf, type JobEvent, type JobId, type JobRequest, type ScheduleId } from '#domain';
import { toDomainEvent, type EventStore, type RecordedEvent } from '#event-sourcing';
import type { Logger } from '#platform';

export interface ProjectionReads {
  readonly eventStore: EventStore;
  readonly logger: Logger;
}

/** After these, a schedule may begin to listen to the ends of jobs within the batch itself. */
const BEGINNINGS = ['ScheduleDefined', 'ScheduleRevised'];
/** The ends that somebody listens to. */
const HEARD_ENDS = ['JobCompleted', 'JobFailed'];

/** What schedules requested of the jobs that succeed or fail in the batch. Looked up only while any schedule listens. */
export async function requestsOf(
  client: PoolClient,
  { eventStore }: ProjectionReads,
  events: readonly RecordedEvent[],
): Promise<ReadonlyMap<JobId, JobRequest>> {
  const ends = events.filter(({ type }) => HEARD_ENDS.includes(type));
  if (ends.length === 0) return new Map();
  const begins = events.some(({ type }) => BEGINNINGS.includes(type));
  if (!begins && !(await anyoneListens(client))) return new Map();
  const firsts = await eventStore.readAt(ends.map(({ streamId }) => ({ streamId, revision: 0 })));
  const requests = firsts.flatMap((first) => {
    const event = toDomainEvent<JobEvent>(first);
    return event.type === 'JobRequested' && event.request.origin === 'schedule' ? [event.request] : [];
  });
  return new Map(requests.map((request) => [request.jobId, request]));
}

/** Whether the end of a job can matter to any schedule. */
async function anyoneListens(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ listens: boolean }>({
    name: 'anyone-listens',
    text: `SELECT EXISTS (SELECT FROM scheduler.due WHERE failure_limit IS NOT NULL)
               OR EXISTS (SELECT FROM scheduler.due WHERE awaits >= $1) AS listens`,
    // Streams of datasets come before those of schedules.
    values: [streamOf('schedule', '')],
  });
  return rows[0]?.listens ?? false;
}

/** The active schedules that wait for one of these streams. */
export async function awaitingSchedules(
  client: PoolClient,
  streamIds: readonly string[],
): Promise<readonly ScheduleId[]> {
  if (streamIds.length === 0) return [];
  const { rows } = await client.query<{ schedule_id: string }>({
    name: 'awaiting-schedules',
    text: 'SELECT schedule_id FROM scheduler.due WHERE awaits = ANY ($1)',
    values: [[...new Set(streamIds)]],
  });
  return rows.map((row) => row.schedule_id);
}
