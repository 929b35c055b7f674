import { transaction, type Pool } from '#database';
import { turnsOf, type JobId, type WaitingJob } from '#domain';
import {
  milliseconds,
  QUEUE,
  QUEUE_FACTS,
  queueState,
  WAITING_JOB,
  type QueueFacts,
  type QueueRules,
} from '#read-models';
import type { Claim } from './export-queue';

/** Of the advisory lock under which turns are decided; no other part of the product takes it. */
const TURNS_LOCK = 7_262_012;

/**
 * Whoever claims holds up all other claims, so a claimer that hangs loses its turn soon. A claim that the database forgets when
 * it crashes does no harm, since the job's stream has the truth: it need not wait for the disk. Turns are found by index
 * however small the table was when the statement was planned.
 */
const BEGIN_TURN = `SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL synchronous_commit = off;
  SET LOCAL enable_seqscan = off; SELECT pg_advisory_xact_lock(${TURNS_LOCK})`;

const CANDIDATES = `
  WITH RECURSIVE lane AS (
    (SELECT owner, level, dataset_id FROM exporter.export_queue
     WHERE lease_owner IS NULL AND NOT delayed ORDER BY owner, level, dataset_id LIMIT 1)
    UNION ALL
    SELECT n.owner, n.level, n.dataset_id FROM lane l CROSS JOIN LATERAL (
      SELECT q.owner, q.level, q.dataset_id FROM exporter.export_queue q
      WHERE q.lease_owner IS NULL AND NOT q.delayed
        AND (q.owner, q.level, q.dataset_id) > (l.owner, l.level, l.dataset_id)
      ORDER BY q.owner, q.level, q.dataset_id LIMIT 1
    ) n
  ), counted AS (
    -- One more than is needed on the average: a lane that gives fewer has no more.
    SELECT l.*, 2 * $1::integer / count(*) OVER () + 1 AS most FROM lane l
  )
  SELECT json_build_object(
    'candidates', (SELECT coalesce(json_agg(c), '[]') FROM (
       SELECT h.*, l.most FROM counted l CROSS JOIN LATERAL (
         SELECT ${WAITING_JOB} FROM ${QUEUE}
         WHERE q.owner = l.owner AND q.level = l.level AND q.dataset_id = l.dataset_id
           AND q.lease_owner IS NULL AND NOT q.delayed
           AND (q.schedule_id IS NULL OR NOT EXISTS (
             SELECT FROM exporter.export_queue o
             WHERE o.schedule_id = q.schedule_id AND o.lease_owner IS NOT NULL AND (o.exclusive OR q.exclusive)
           ) AND NOT (q.exclusive AND EXISTS (
             SELECT FROM exporter.export_queue o
             WHERE o.schedule_id = q.schedule_id AND o.lease_owner IS NULL
               AND (o.nominal_time, o.job_id) < (q.nominal_time, q.job_id)
           )))
         ORDER BY q.enqueued_at, q.nominal_time, q.job_id LIMIT l.most
       ) h
     ) c),
    'readyNext', (SELECT ${milliseconds('min(ready_at)')} FROM exporter.export_queue WHERE lease_owner IS NULL AND delayed),
    'shares', (SELECT coalesce(json_agg(s), '[]') FROM (
       SELECT owner, level, ${milliseconds('served_at')} AS "servedAt" FROM exporter.share
       WHERE owner IN (SELECT owner FROM lane)
     ) s),
    ${QUEUE_FACTS}
  ) AS answer`;

type Candidate = WaitingJob & { readonly most: number };

interface Answer extends QueueFacts {
  readonly candidates: readonly Omit<Candidate, 'behind'>[];
  /** When the next delayed job is ready. */
  readonly readyNext: number | null;
}

export interface ClaimAnswer {
  readonly claims: readonly Claim[];
  /** More could be claimed at once. */
  readonly more: boolean;
  /** Milliseconds until something changes by the mere time; null when nothing does. */
  readonly nextInMs: number | null;
}

/** Gives jobs to workers, over all processes together: the transaction that holds the lock decides whose turn it is. */
export class Claims {
  readonly #pool: Pool;
  readonly #rules: QueueRules;
  readonly #leaseMs: number;

  constructor(pool: Pool, rules: QueueRules, leaseMs: number) {
    this.#pool = pool;
    this.#rules = rules;
    this.#leaseMs = leaseMs;
  }

  /** @param workers a name for each claim that is wanted; jobs whose workers vanished come first */
  claim(workers: readonly string[]): Promise<ClaimAnswer> {
    return transaction(this.#pool, async (client) => {
      await client.query(BEGIN_TURN);
      const look = async (): Promise<Answer> => {
        const query = { name: 'queue-turns', text: CANDIDATES, values: [workers.length] };
        const [row] = (await client.query<{ answer: Answer }>(query)).rows;
        if (!row) throw new Error('the queue gave no answer');
        return row.answer;
      };
      let answer = await look();
      if (answer.readyNext !== null && answer.readyNext <= answer.now) {
        await client.query(`UPDATE exporter.export_queue SET delayed = false
                            WHERE lease_owner IS NULL AND delayed AND ready_at <= clock_timestamp()`);
        answer = await look();
      }
      const turn = this.#decide(answer, workers.length);
      if (turn.jobs.length === 0) return { claims: [], more: false, nextInMs: turn.nextInMs };
      const { rows } = await client.query<{ job_id: string; lease_owner: string }>({
        name: 'lease-exports',
        text: LEASE,
        values: [
          turn.jobs.map(({ jobId }) => jobId),
          workers.slice(0, turn.jobs.length),
          this.#leaseMs,
          ...shareColumns(turn.shares),
        ],
      });
      const claims = rows.map((row): Claim => ({ jobId: row.job_id, worker: row.lease_owner }));
      return { claims, more: turn.more || claims.length < turn.jobs.length, nextInMs: turn.nextInMs };
    });
  }

  #decide(answer: Answer, wanted: number): Turn {
    const { now, running } = answer;
    const state = queueState(answer, this.#rules);
    const times = [answer.readyNext ?? Infinity];
    const jobs: { readonly jobId: JobId }[] = [];
    // Of a data source whose circuit is open, one job at a time is tried, also of those whose workers vanished.
    const trying = new Set(running.filter((job) => job.leaseExpiresAt > now).map(({ dataSource }) => dataSource));
    for (const job of running) {
      const source = job.dataSource === null ? undefined : state.sources.get(job.dataSource);
      const { closedUntil, openUntil } = source ?? { closedUntil: null, openUntil: null };
      const lapses = Math.max(job.leaseExpiresAt, closedUntil ?? 0, openUntil ?? 0);
      if (lapses <= now && openUntil !== null && trying.has(job.dataSource)) continue;
      if (lapses <= now && jobs.length < wanted) {
        jobs.push(job);
        trying.add(job.dataSource);
      } else times.push(lapses);
    }

    const candidates = answer.candidates.map((job) => ({ ...job, behind: null }));
    const unknownBehind = lastOfCutLanes(candidates);
    const shares = new Map<string, { owner: string; level: number; servedAt: number }>();
    let more = false;
    for (const { job, obstacle } of turnsOf(state, candidates, wanted - jobs.length)) {
      if (obstacle === null) {
        const { owner, level } = job;
        jobs.push(job);
        shares.set(`${owner} ${level}`, { owner, level, servedAt: now + jobs.length / 1000 });
      }
      if (obstacle !== null && 'until' in obstacle) times.push(obstacle.until);
      more = unknownBehind.has(job) && (obstacle === null || obstacle.type === 'exclusive');
      if (more) break;
    }
    const next = Math.min(...times);
    const nextInMs = next === Infinity ? null : Math.max(Math.ceil(next - now), 0);
    return { jobs, shares: [...shares.values()], more, nextInMs };
  }
}

interface Turn {
  readonly jobs: readonly { readonly jobId: JobId }[];
  readonly shares: readonly { readonly owner: string; readonly level: number; readonly servedAt: number }[];
  readonly more: boolean;
  readonly nextInMs: number | null;
}

/** Rows that somebody is changing just now are left to the next look. */
const LEASE = `
  WITH chosen AS (
    SELECT q.job_id, c.worker FROM unnest($1::uuid[], $2::text[]) AS c (job_id, worker)
    JOIN exporter.export_queue q USING (job_id)
    WHERE q.lease_owner IS NULL OR q.lease_expires_at <= clock_timestamp()
    ORDER BY q.job_id FOR UPDATE OF q SKIP LOCKED
  ), served AS (
    INSERT INTO exporter.share (owner, level, served_at)
    SELECT s.owner, s.level, to_timestamp(s.served_at / 1000)
    FROM unnest($4::text[], $5::smallint[], $6::float8[]) AS s (owner, level, served_at)
    ON CONFLICT (owner, level) DO UPDATE SET served_at = EXCLUDED.served_at
  )
  UPDATE exporter.export_queue q
  SET lease_owner = c.worker, lease_expires_at = clock_timestamp() + $3 * interval '1 millisecond', delayed = false
  FROM chosen c WHERE q.job_id = c.job_id
  RETURNING q.job_id, q.lease_owner`;

function shareColumns(shares: Turn['shares']): unknown[] {
  return [shares.map(({ owner }) => owner), shares.map(({ level }) => level), shares.map(({ servedAt }) => servedAt)];
}

/** The last jobs that are known of lanes which may have others behind them. */
function lastOfCutLanes(candidates: readonly Candidate[]): ReadonlySet<WaitingJob> {
  const lanes = new Map<string, { readonly last: Candidate; readonly jobs: number }>();
  for (const job of candidates) lanes.set(laneOf(job), { last: job, jobs: (lanes.get(laneOf(job))?.jobs ?? 0) + 1 });
  return new Set([...lanes.values()].flatMap(({ last, jobs }) => (jobs < last.most ? [] : [last])));
}

function laneOf({ owner, level, datasetId }: Candidate): string {
  return `${owner} ${level} ${datasetId}`;
}
