import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { LeaderTerm, type LeaderTermOptions } from './leader-term';
import type { Pool } from './pool';

/** The channel that tells of leaders who stepped down; the payload is the lease's name. */
export const LEADER_CHANNEL = 'leader_lease';

const DURATION_MS = 3000;
const RENEWALS_PER_LEASE = 3;

export interface LeaderLeaseOptions {
  /** What is led; one leader for each name. */
  readonly name: string;
  /** Milliseconds without a renewal after which another process may take over; default 3000. It renews thrice as often. */
  readonly durationMs?: number;
  /** Who asks, for people who look into the table; default host, process id and a random part. Must be unique. */
  readonly holder?: string;
  /** A clock in milliseconds that never goes back; default the process's own. For tests. */
  readonly now?: () => number;
  /** Told when a renewal or the return of the lease fails. */
  readonly onError?: (error: unknown) => void;
}

export type LeaseAnswer =
  | { readonly acquired: true; readonly term: LeaderTerm }
  /** Milliseconds until the present leader's lease ends, unless it is renewed; 0 when it was taken in this very moment. */
  | { readonly acquired: false; readonly freeInMs: number };

/**
 * Asks for the leadership of something that one process at a time may do. The lease is a row in `coordination.leader_lease`,
 * whose expiry is judged on the database's clock. Each leader gets a higher term than the one before.
 */
export class LeaderLease {
  readonly name: string;
  readonly #pool: Pool;
  readonly #options: LeaderTermOptions;

  constructor(pool: Pool, options: LeaderLeaseOptions) {
    const { name, durationMs = DURATION_MS, now = () => performance.now(), onError = () => undefined } = options;
    this.name = name;
    this.#pool = pool;
    this.#options = {
      name,
      durationMs,
      renewEveryMs: durationMs / RENEWALS_PER_LEASE,
      holder: options.holder ?? `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
      now,
      onError,
    };
  }

  /** One try. Rejects only when the database does not answer. */
  async acquire(): Promise<LeaseAnswer> {
    const { name, holder, durationMs, now } = this.#options;
    const asked = now();
    const { rows } = await this.#pool.query<{ term: string | null; free_in_ms: number }>(
      `WITH taken AS (
         INSERT INTO coordination.leader_lease AS l (name, term, holder, expires_at)
         VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond')
         ON CONFLICT (name) DO UPDATE
           SET term = l.term + 1, holder = EXCLUDED.holder, expires_at = clock_timestamp() + $3 * interval '1 millisecond'
           WHERE l.holder IS NULL OR l.expires_at <= clock_timestamp()
         RETURNING term
       )
       SELECT (SELECT term FROM taken) AS term,
              coalesce((SELECT greatest(extract(epoch FROM expires_at - clock_timestamp()) * 1000, 0)
                        FROM coordination.leader_lease WHERE name = $1), 0)::float8 AS free_in_ms`,
      [name, holder, durationMs],
    );
    const { term = null, free_in_ms: freeInMs = 0 } = rows[0] ?? {};
    if (term === null) return { acquired: false, freeInMs };
    return { acquired: true, term: new LeaderTerm(this.#pool, BigInt(term), asked, this.#options) };
  }
}
