import type { DatasetId, JobId, ScheduleId, UserId } from '../identifiers';
import { PRIORITIES, type Priority } from '../schedules/schedule-messages';

/**
 * Whose turn it is. A job's *level* comes from its priority. Its *rank* is that level and one more for each stretch of waiting;
 * the waiting counts from when its owner last had a job of that level started, so a flood does not outrank others by its own
 * age. The highest rank comes first; among equals the owner with the fewest jobs running, then whoever was served longest ago.
 * All times are milliseconds since 1970-01-01T00:00:00Z.
 */

/** What a job counts for while it runs. */
export interface StartedJob {
  readonly jobId: JobId;
  readonly owner: UserId;
  readonly datasetId: DatasetId;
  /** Null while nobody knows what the dataset reads from. */
  readonly dataSource: string | null;
  readonly scheduleId: ScheduleId | null;
  readonly exclusive: boolean;
}

export interface WaitingJob extends StartedJob {
  readonly level: number;
  readonly requestedAt: number;
  /** Not to be started before. */
  readonly readyAt: number;
  /** The last attempt that began; 0 before the first. */
  readonly attempt: number;
  readonly nominalTime: number;
  /** The job of its schedule that it may not pass or run beside, as far as was known when the state was taken. */
  readonly behind: JobId | null;
}

/** When an owner last had a job of a level started. */
export interface Share {
  readonly owner: UserId;
  readonly level: number;
  readonly servedAt: number;
}

/** The most jobs that may run at a time, over all workers; null: no limit. */
export interface QueueLimits {
  readonly perUser: number | null;
  readonly perDataset: number | null;
}

export interface SourceRule {
  /** The most jobs that may read from it at a time; null: no limit. */
  readonly limit: number | null;
  /** The end of the blackout that it is in; null: it is in none. */
  readonly closedUntil: number | null;
  /** When the pause of its open circuit is over: from then on one job at a time tries. Null: the circuit is closed. */
  readonly openUntil: number | null;
}

export interface QueueState {
  readonly now: number;
  /** Waiting so long raises a job by a level. */
  readonly ageingMs: number;
  readonly limits: QueueLimits;
  /** By the names of data sources; one that is not there has no rules. */
  readonly sources: ReadonlyMap<string, SourceRule>;
  readonly running: readonly StartedJob[];
  readonly shares: readonly Share[];
}

/** Why a job does not start now. */
export type WaitReason =
  | { readonly type: 'start_after' | 'retry' | 'blackout' | 'circuit_open'; readonly until: number }
  | { readonly type: 'exclusive'; readonly behind: JobId }
  | { readonly type: 'circuit_probe' | 'data_source_limit' | 'dataset_limit' | 'user_limit' | 'slots' };

export const WAIT_REASONS = [
  'start_after',
  'retry',
  'exclusive',
  'blackout',
  'circuit_open',
  'circuit_probe',
  'data_source_limit',
  'dataset_limit',
  'user_limit',
  'slots',
] as const satisfies readonly WaitReason['type'][];

/** 0 to 3 by priority. What makes up for an outage comes below all due work: −4 to −1. */
export function queueLevel(priority: Priority, catchUp: boolean): number {
  return PRIORITIES.indexOf(priority) - (catchUp ? PRIORITIES.length : 0);
}

/** The queue as it becomes when jobs are started one after another. */
class JobTurns {
  readonly #state: QueueState;
  readonly #started: StartedJob[];
  readonly #running = new Map<string, number>();
  readonly #servedAt = new Map<string, number>();
  /** Grows with each start, so that of two owners who are served at the same time one was first. */
  #order = 0;

  constructor(state: QueueState) {
    this.#state = state;
    this.#started = [...state.running];
    for (const job of state.running) this.#count(job);
    for (const { owner, level, servedAt } of state.shares) this.#served(owner, level, servedAt);
  }

  /** What keeps a job from being started, whether or not there is a free slot; null: nothing. */
  obstacle(job: WaitingJob): WaitReason | null {
    const { now, limits, sources } = this.#state;
    if (job.readyAt > now) return { type: job.attempt > 0 ? 'retry' : 'start_after', until: job.readyAt };
    const behind = job.behind ?? this.#excludedBy(job);
    if (behind !== null) return { type: 'exclusive', behind };
    const source = job.dataSource === null ? undefined : sources.get(job.dataSource);
    if (source && source.closedUntil !== null) return { type: 'blackout', until: source.closedUntil };
    if (source && source.openUntil !== null) {
      if (source.openUntil > now) return { type: 'circuit_open', until: source.openUntil };
      if (this.#isFull(1, `source ${job.dataSource ?? ''}`)) return { type: 'circuit_probe' };
    }
    if (job.dataSource !== null && this.#isFull(source?.limit, `source ${job.dataSource}`)) {
      return { type: 'data_source_limit' };
    }
    if (this.#isFull(limits.perDataset, `dataset ${job.datasetId}`)) return { type: 'dataset_limit' };
    return this.#isFull(limits.perUser, `owner ${job.owner}`) ? { type: 'user_limit' } : null;
  }

  /** The job that a job of the same schedule may not run beside. */
  #excludedBy(job: WaitingJob): JobId | null {
    if (job.scheduleId === null) return null;
    const other = this.#started.find(
      ({ scheduleId, exclusive }) => scheduleId === job.scheduleId && (exclusive || job.exclusive),
    );
    return other?.jobId ?? null;
  }

  /** The job counts as running from now on. */
  start(job: WaitingJob): void {
    this.#started.push(job);
    this.#count(job);
    this.#order += 1;
    this.#served(job.owner, job.level, this.#state.now + this.#order / 1000);
  }

  /** What decides over the turn of a job, as things stand now. Obstacles do not count here. */
  claimOf({ owner, level, requestedAt, readyAt }: WaitingJob): TurnClaim {
    const { now, ageingMs } = this.#state;
    const since = Math.max(requestedAt, readyAt, this.#servedAt.get(`${owner} ${level}`) ?? -Infinity);
    const rank = level + Math.floor(Math.max(now - since, 0) / ageingMs);
    return { rank, running: this.#runningOf(`owner ${owner}`), servedAt: this.#servedAtOf(owner) };
  }

  #servedAtOf(owner: UserId): number {
    return this.#servedAt.get(owner) ?? Number.MIN_SAFE_INTEGER;
  }

  #served(owner: UserId, level: number, servedAt: number): void {
    this.#servedAt.set(`${owner} ${level}`, servedAt);
    this.#servedAt.set(owner, Math.max(servedAt, this.#servedAtOf(owner)));
  }

  #count({ owner, datasetId, dataSource }: StartedJob): void {
    for (const what of [`owner ${owner}`, `dataset ${datasetId}`, `source ${dataSource ?? ''}`]) {
      this.#running.set(what, this.#runningOf(what) + 1);
    }
  }

  #runningOf(what: string): number {
    return this.#running.get(what) ?? 0;
  }

  #isFull(limit: number | null | undefined, what: string): boolean {
    return typeof limit === 'number' && this.#runningOf(what) >= limit;
  }
}

/** Higher ranks, then fewer running jobs, then older service go first. */
interface TurnClaim {
  readonly rank: number;
  readonly running: number;
  readonly servedAt: number;
}

interface Turn<Job> {
  readonly job: Job;
  /** What keeps it from being started; null: nothing but a slot. */
  readonly obstacle: WaitReason | null;
}

/**
 * The waiting jobs in the order of their turns, each with what keeps it from being started when its turn comes. It ends with
 * the jobs, or when `wanted` of them have nothing in their way.
 */
export function* turnsOf<Job extends WaitingJob>(
  state: QueueState,
  waiting: readonly Job[],
  wanted = Infinity,
): Generator<Turn<Job>, void> {
  const turns = new JobTurns(state);
  let left = wanted;
  if (left === 0) return;
  const starts = (turn: Turn<Job>) => turn.obstacle === null;
  for (const turn of inTurn(turns, waiting, (job) => turns.obstacle(job), starts)) {
    yield turn;
    if (turn.obstacle === null) left -= 1;
    if (left === 0) return;
  }
}

/**
 * The waiting jobs in the order in which they would be started, one after another, if nothing but slots were wanting; each with
 * what keeps it from being started now.
 */
export function queueOrder<Job extends WaitingJob>(state: QueueState, waiting: readonly Job[]): readonly Turn<Job>[] {
  const now = new JobTurns(state);
  return [
    ...inTurn(
      new JobTurns(state),
      waiting,
      (job) => now.obstacle(job),
      () => true,
    ),
  ];
}

function* inTurn<Job extends WaitingJob>(
  turns: JobTurns,
  waiting: readonly Job[],
  obstacleOf: (job: Job) => WaitReason | null,
  starts: (turn: Turn<Job>) => boolean,
): Generator<Turn<Job>, void> {
  const lanes = new Set(lanesOf(waiting, turns));
  for (;;) {
    let next: Lane<Job> | undefined;
    for (const lane of lanes) if (!next || compare(lane, next) < 0) next = lane;
    if (!next) return;
    const turn = { job: next.first, obstacle: obstacleOf(next.first) };
    const started = starts(turn);
    if (started) turns.start(turn.job);
    const follower = next.others.pop();
    if (follower) next.first = follower;
    else lanes.delete(next);
    for (const lane of lanes) {
      if (lane === next || (started && lane.first.owner === turn.job.owner)) lane.claim = turns.claimOf(lane.first);
    }
    yield turn;
  }
}

/** The waiting jobs of an owner and a level. Their order is that of the requests, whatever happens. */
interface Lane<Job> {
  first: Job;
  /** Those behind it, the last one first. */
  readonly others: Job[];
  /** That of its first job; kept, since few lanes change with a start. */
  claim: TurnClaim;
}

function lanesOf<Job extends WaitingJob>(waiting: readonly Job[], turns: JobTurns): Lane<Job>[] {
  const lanes = new Map<string, Lane<Job>>();
  for (const job of [...waiting].sort(byRequest)) {
    const name = `${job.owner} ${job.level}`;
    const lane = lanes.get(name);
    if (lane) lane.others.push(job);
    else lanes.set(name, { first: job, others: [], claim: turns.claimOf(job) });
  }
  for (const { others } of lanes.values()) others.reverse();
  return [...lanes.values()];
}

/** Negative when the left lane's first job comes before the right one's. */
function compare(left: Lane<WaitingJob>, right: Lane<WaitingJob>): number {
  return (
    right.claim.rank - left.claim.rank ||
    left.claim.running - right.claim.running ||
    left.claim.servedAt - right.claim.servedAt ||
    right.first.level - left.first.level ||
    byRequest(left.first, right.first)
  );
}

function byRequest(left: WaitingJob, right: WaitingJob): number {
  return (
    left.requestedAt - right.requestedAt ||
    left.nominalTime - right.nominalTime ||
    (left.jobId < right.jobId ? -1 : Number(left.jobId > right.jobId))
  );
}
