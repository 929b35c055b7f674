import { transaction, type Pool, type PoolClient } from './pool';

/**
 * A leader that stops in the middle of a transaction must not keep its row locks from its successor: the server ends the
 * session after this many milliseconds without a word from it.
 */
const IDLE_LIMIT_MS = 2000;

export interface LeaderTermOptions {
  readonly name: string;
  readonly holder: string;
  readonly durationMs: number;
  readonly renewEveryMs: number;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** The leadership ended, or it is no longer sure that it has not: another process may lead. */
export class LeadershipLost extends Error {
  readonly code = 'leadership.lost';
  constructor(name: string, term: bigint) {
    super(`the leadership of ${name} in term ${term.toString()} has ended`);
    this.name = 'LeadershipLost';
  }
}

/**
 * One process's time as leader; it renews its lease by itself until it is released or lost. The leader counts the lease
 * from before it asked for it, the database from after, so the leader always stops first.
 */
export class LeaderTerm {
  /** Higher than that of every leader before. */
  readonly number: bigint;
  readonly #pool: Pool;
  readonly #options: LeaderTermOptions;
  readonly #lost = new AbortController();
  #sureUntil: number;
  #released = false;
  #renewal: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;

  /** @param asked when the lease was asked for, on the clock of the options */
  constructor(pool: Pool, number: bigint, asked: number, options: LeaderTermOptions) {
    this.#pool = pool;
    this.number = number;
    this.#options = options;
    this.#sureUntil = asked + options.durationMs;
    this.#watch();
    this.#renewLater();
  }

  /** Aborted when the leadership is lost. A process that was paused learns it by `assertSure` before this signal fires. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Throws `LeadershipLost` unless the lease holds for sure at this moment. Cheap: ask before every act of a leader. */
  assertSure(): void {
    if (this.#released || this.#lost.signal.aborted || this.#options.now() >= this.#sureUntil) {
      this.#lose();
      throw new LeadershipLost(this.#options.name, this.number);
    }
  }

  /**
   * Runs `work` in a transaction that commits only in this very term: no successor can begin its own before the end of it.
   * Throws `LeadershipLost`, with nothing done, when there is a successor already.
   */
  async transaction<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    this.assertSure();
    const { name, holder } = this.#options;
    return transaction(this.#pool, async (client) => {
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${IDLE_LIMIT_MS}`);
      const { rowCount } = await client.query(
        `SELECT FROM coordination.leader_lease
         WHERE name = $1 AND term = $2 AND holder = $3 AND expires_at > clock_timestamp() FOR SHARE`,
        [name, this.number.toString(), holder],
      );
      if (rowCount === 0) {
        this.#lose();
        throw new LeadershipLost(name, this.number);
      }
      return work(client);
    });
  }

  /** Steps down, so that another process can lead at once. When the database does not answer, the lease runs out. */
  async release(): Promise<void> {
    this.#released = true;
    this.#stopTimers();
    if (this.#lost.signal.aborted) return;
    const { name, holder, onError } = this.#options;
    await this.#pool
      .query(
        `WITH released AS (
           UPDATE coordination.leader_lease SET holder = NULL, expires_at = clock_timestamp()
           WHERE name = $1 AND term = $2 AND holder = $3 RETURNING name
         )
         SELECT pg_notify('leader_lease', name) FROM released`,
        [name, this.number.toString(), holder],
      )
      .catch(onError);
  }

  #renewLater(): void {
    this.#renewal = setTimeout(() => {
      this.#renew().then(
        () => this.#released || this.#lost.signal.aborted || this.#renewLater(),
        (error: unknown) => {
          this.#options.onError(error);
          // Not lost yet: until the lease ends there is time for other tries.
          if (!this.#released && !this.#lost.signal.aborted) this.#renewLater();
        },
      );
    }, this.#options.renewEveryMs);
  }

  async #renew(): Promise<void> {
    const { name, holder, durationMs, now } = this.#options;
    const asked = now();
    if (asked >= this.#sureUntil) {
      this.#lose();
      return;
    }
    const { rowCount } = await this.#pool.query(
      `UPDATE coordination.leader_lease SET expires_at = clock_timestamp() + $4 * interval '1 millisecond'
       WHERE name = $1 AND term = $2 AND holder = $3 AND expires_at > clock_timestamp()`,
      [name, this.number.toString(), holder, durationMs],
    );
    if (rowCount === 0) {
      this.#lose();
      return;
    }
    this.#sureUntil = asked + durationMs;
    this.#watch();
  }

  /** Does not depend on the database: it may be the reason why the renewal has no answer. */
  #watch(): void {
    clearTimeout(this.#expiry);
    if (this.#released || this.#lost.signal.aborted) return;
    this.#expiry = setTimeout(() => this.#lose(), Math.max(this.#sureUntil - this.#options.now(), 0));
  }

  #lose(): void {
    this.#stopTimers();
    if (!this.#released) this.#lost.abort();
  }

  #stopTimers(): void {
    clearTimeout(this.#renewal);
    clearTimeout(this.#expiry);
  }
}
