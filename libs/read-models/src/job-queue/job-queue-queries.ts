import type { Pool } from '#database';
import {
  PRIORITIES,
  queueOrder,
  toInstant,
  WAIT_REASONS,
  type Instant,
  type JobId,
  type Priority,
  type StartedJob,
  type WaitingJob,
  type WaitReason,
} from '#domain';
import { decodeCursor, encodeCursor } from '../query/cursor';
import type { Page, PageRequest } from '../query/selection';
import type { Viewer } from '../query/visibility';
import {
  BEHIND,
  milliseconds,
  QUEUE,
  QUEUE_FACTS,
  queueState,
  WAITING_JOB,
  type QueueFacts,
  type QueueRules,
  type RunningJob,
} from './queue-facts';

/** Jobs that are put into an order at most: those requested first. */
const MOST_PLACED = 10_000;
const LIST = 'job-queue';

const READ_QUEUE = `
  SELECT json_build_object(
    'waiting', (SELECT coalesce(json_agg(w), '[]') FROM (
       SELECT ${WAITING_JOB}, ${BEHIND} AS behind
       FROM ${QUEUE} WHERE q.lease_owner IS NULL ORDER BY q.enqueued_at, q.job_id LIMIT ${MOST_PLACED}
     ) w),
    'unplaced', (SELECT greatest(count(*) - ${MOST_PLACED}, 0) FROM exporter.export_queue WHERE lease_owner IS NULL),
    'shares', (SELECT coalesce(json_agg(s), '[]') FROM (
       SELECT owner, level, ${milliseconds('served_at')} AS "servedAt" FROM exporter.share
     ) s),
    ${QUEUE_FACTS}
  ) AS answer`;

interface QueueAnswer extends QueueFacts {
  readonly waiting: readonly WaitingJob[];
  readonly unplaced: number;
}

export interface QueuedJobView {
  /** 1 is the job whose turn is next, if nothing but slots is wanting. */
  readonly position: number;
  readonly jobRequestId: JobId;
  readonly userId: string;
  readonly datasetId: string;
  readonly dataSource: string | null;
  readonly scheduleId: string | null;
  readonly priority: Priority;
  readonly catchUp: boolean;
  readonly requestedAt: Instant;
  readonly nominalTime: Instant;
  readonly attempt: number;
  readonly reason: {
    readonly type: WaitReason['type'];
    readonly until: Instant | null;
    readonly behind: JobId | null;
  };
}

export interface RunningJobView {
  readonly jobRequestId: JobId;
  readonly userId: string;
  readonly datasetId: string;
  readonly dataSource: string | null;
  readonly scheduleId: string | null;
  readonly worker: string;
}

export interface JobQueueView extends Page<QueuedJobView> {
  readonly capacity: QueueFacts['capacity'];
  /** How many of the waiting jobs that the viewer sees wait for which reason. */
  readonly reasons: Readonly<Record<WaitReason['type'], number>>;
  readonly running: readonly RunningJobView[];
  /** Jobs of anybody that wait as well, but have no place yet, since so many were requested before them. */
  readonly unplaced: number;
}

/** The queue of jobs as it is at the moment: read from the exporter's own table, not from a projection. */
export class JobQueueQueries {
  constructor(
    private readonly pool: Pool,
    private readonly rules: QueueRules,
  ) {}

  /** The jobs that are the viewer's own; administrators see all. Throws `InvalidCursor`. */
  async view(viewer: Viewer, { limit, cursor }: PageRequest): Promise<JobQueueView> {
    const after = cursor === undefined ? 0 : Number(decodeCursor(LIST, ['bigint'], cursor)[0]);
    const { rows } = await this.pool.query<{ answer: QueueAnswer }>({ name: 'read-job-queue', text: READ_QUEUE });
    const [row] = rows;
    if (!row) throw new Error('the queue gave no answer');
    const { waiting, running, unplaced, capacity } = row.answer;
    const seen = ({ owner }: StartedJob) => viewer.isAdmin || owner === viewer.userId;
    const all = queueOrder(queueState(row.answer, this.rules), waiting)
      .map(({ job, obstacle }, index) => ({ job, position: index + 1, reason: obstacle ?? { type: 'slots' as const } }))
      .filter(({ job }) => seen(job));
    const reasons = Object.fromEntries(WAIT_REASONS.map((type) => [type, 0])) as Record<WaitReason['type'], number>;
    for (const { reason } of all) reasons[reason.type] += 1;
    const rest = all.filter(({ position }) => position > after);
    const items = rest.slice(0, limit).map(({ job, position, reason }) => queuedJobView(job, position, reason));
    const last = rest.length > limit ? items.at(-1) : undefined;
    return {
      capacity,
      reasons,
      running: running.filter(seen).map(runningJobView),
      unplaced,
      items,
      nextCursor: last ? encodeCursor(LIST, [String(last.position)]) : null,
    };
  }
}

function queuedJobView(job: WaitingJob, position: number, reason: WaitReason): QueuedJobView {
  const { length } = PRIORITIES;
  return {
    position,
    ...placeOf(job),
    priority: PRIORITIES[(job.level + length) % length] ?? 'normal',
    catchUp: job.level < 0,
    requestedAt: toInstant(job.requestedAt),
    nominalTime: toInstant(job.nominalTime),
    attempt: job.attempt,
    reason: {
      type: reason.type,
      until: 'until' in reason ? toInstant(reason.until) : null,
      behind: 'behind' in reason ? reason.behind : null,
    },
  };
}

function runningJobView(job: RunningJob): RunningJobView {
  return { ...placeOf(job), worker: job.worker };
}

function placeOf({ jobId, owner, datasetId, dataSource, scheduleId }: StartedJob) {
  return { jobRequestId: jobId, userId: owner, datasetId, dataSource, scheduleId };
}
