import type { Pool } from '#database';
import type { Instant, JobId } from '#domain';
import { Gathered } from '../jobs/gathered';

/** The channel that tells workers of ready jobs, and with the payload `CANCELLED` of running ones that were cancelled. */
export const QUEUE_CHANNEL = 'export_queue';
export const CANCELLED = 'cancelled';
/** The channel that tells of the progress of running jobs; the payload is the job's id. */
const PROGRESS_CHANNEL = 'job_progress';

/** A job that was given to a worker until its lease runs out. */
export interface Claim {
  readonly jobId: JobId;
  /** Names this one claim, also in the job's `JobStarted`. */
  readonly worker: string;
}

/** Sign of life for a claim, and how far it has got. */
export interface Beat {
  readonly claim: Claim;
  readonly rows: number;
  readonly bytes: number;
  /** True when rows or bytes are new, so that people are told. */
  readonly progressed: boolean;
}

/** What the queue says about a claim: held, cancelled, taken by another worker, or not in the queue. */
export type BeatAnswer = 'held' | 'cancelled' | 'taken' | 'missing';

/** The exporter's inbox; every time in it is the database's. */
export class ExportQueue {
  readonly #pool: Pool;
  readonly #leaseMs: number;
  readonly #removals: Gathered<Claim, undefined>;

  /** @param leaseMs milliseconds that a claim lasts after its last sign of life */
  constructor(pool: Pool, leaseMs: number) {
    this.#pool = pool;
    this.#leaseMs = leaseMs;
    this.#removals = new Gathered((claims) => this.#removeAll(claims));
  }

  get leaseMs(): number {
    return this.#leaseMs;
  }

  /** Prolongs the leases of claims and notes their progress. Answers for each, in the order given. */
  async beat(beats: readonly Beat[]): Promise<readonly BeatAnswer[]> {
    const { rows } = await this.#pool.query<{ job_id: string; lease_owner: string | null; cancel_requested: boolean }>({
      name: 'beat-exports',
      text: `WITH beat AS (
               SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::boolean[])
                 AS b (job_id, worker, rows_done, bytes_done, progressed)
             ), held AS (
               SELECT q.job_id, q.lease_owner, q.cancel_requested FROM exporter.export_queue q
               WHERE q.job_id = ANY ($1::uuid[]) ORDER BY q.job_id FOR UPDATE
             ), beaten AS (
               UPDATE exporter.export_queue q
               SET lease_expires_at = clock_timestamp() + $6 * interval '1 millisecond',
                   rows_done = b.rows_done, bytes_done = b.bytes_done,
                   progress_at = CASE WHEN b.progressed THEN clock_timestamp() ELSE q.progress_at END
               FROM beat b JOIN held h ON h.job_id = b.job_id AND h.lease_owner = b.worker
               WHERE q.job_id = b.job_id
               RETURNING q.job_id, b.progressed
             )
             SELECT h.job_id, h.lease_owner, h.cancel_requested,
                    CASE WHEN b.progressed THEN pg_notify('${PROGRESS_CHANNEL}', h.job_id::text) END
             FROM held h LEFT JOIN beaten b USING (job_id)`,
      values: [
        beats.map(({ claim }) => claim.jobId),
        beats.map(({ claim }) => claim.worker),
        beats.map((beat) => beat.rows),
        beats.map((beat) => beat.bytes),
        beats.map((beat) => beat.progressed),
        this.#leaseMs,
      ],
    });
    const held = new Map(rows.map((row) => [row.job_id, row]));
    return beats.map(({ claim }) => {
      const row = held.get(claim.jobId);
      if (!row) return 'missing';
      if (row.lease_owner !== claim.worker) return 'taken';
      return row.cancel_requested ? 'cancelled' : 'held';
    });
  }

  /**
   * Gives a claim back, for any worker to take after the delay (ms): at once where the job was cancelled meanwhile, so that it does not stand in
   * the queue any longer. `attempt` is the last one that began.
   */
  async release({ jobId, worker }: Claim, delayMs: number, attempt: number): Promise<void> {
    await this.#pool.query({
      name: 'release-export',
      text: `WITH released AS (
               UPDATE exporter.export_queue
               SET lease_owner = NULL, lease_expires_at = NULL, attempt = greatest(attempt, $4), rows_done = 0, bytes_done = 0,
                   ready_at = clock_timestamp() + CASE WHEN cancel_requested THEN 0::float8 ELSE $3 END * interval '1 millisecond',
                   delayed = $3 > 0 AND NOT cancel_requested
               WHERE job_id = $1 AND lease_owner = $2
               RETURNING 1
             )
             SELECT pg_notify('${QUEUE_CHANNEL}', '') FROM released`,
      values: [jobId, worker, delayMs, attempt],
    });
  }

  /** Takes a job that has ended out of the queue. Others may be free to start then, on any machine. */
  remove(claim: Claim): Promise<void> {
    return this.#removals.ask(claim);
  }

  /** Jobs that have not been started by their deadline. */
  async pastDeadline(now: Instant, limit: number): Promise<readonly JobId[]> {
    const { rows } = await this.#pool.query<{ job_id: string }>({
      name: 'exports-past-deadline',
      text: `SELECT job_id FROM exporter.export_queue
             WHERE start_before <= $1 AND lease_owner IS NULL AND attempt = 0 ORDER BY start_before LIMIT $2`,
      values: [now, limit],
    });
    return rows.map((row) => row.job_id);
  }

  async #removeAll(claims: readonly Claim[]): Promise<readonly undefined[]> {
    await this.#pool.query({
      name: 'remove-exports',
      text: `WITH ended AS (
               SELECT q.job_id FROM unnest($1::uuid[], $2::text[]) AS c (job_id, worker)
               JOIN exporter.export_queue q ON q.job_id = c.job_id AND q.lease_owner = c.worker
               ORDER BY q.job_id FOR UPDATE OF q
             ), removed AS (
               DELETE FROM exporter.export_queue q USING ended e WHERE q.job_id = e.job_id
             )
             SELECT pg_notify('${QUEUE_CHANNEL}', '')
             WHERE EXISTS (SELECT FROM exporter.export_queue WHERE lease_owner IS NULL AND NOT delayed)`,
      values: [claims.map(({ jobId }) => jobId), claims.map(({ worker }) => worker)],
    });
    return claims.map(() => undefined);
  }
}
