import type { Pool } from '#database';

/** Milliseconds after which a process says again that it is there: well before it counts as gone. */
const SAY_AGAIN_MS = 10_000;

/** Tells the others that this process runs jobs, and how many at a time: shares of data sources are parts of all slots. */
export class WorkerRegister {
  readonly #pool: Pool;
  readonly #name: string;
  readonly #slots: number;
  /** When it was last said, on the process's monotonic clock. */
  #saidAt = -Infinity;

  constructor(pool: Pool, name: string, slots: number) {
    this.#pool = pool;
    this.#name = name;
    this.#slots = slots;
  }

  /** Costs nothing when it was said a moment ago. Forgets processes that ended without a word. */
  async present(): Promise<void> {
    if (performance.now() - this.#saidAt < SAY_AGAIN_MS) return;
    await this.#pool.query({
      name: 'worker-present',
      text: `WITH gone AS (DELETE FROM exporter.worker WHERE seen_at < clock_timestamp() - interval '1 hour' AND name <> $1)
             INSERT INTO exporter.worker (name, slots, seen_at) VALUES ($1, $2, clock_timestamp())
             ON CONFLICT (name) DO UPDATE SET slots = EXCLUDED.slots, seen_at = EXCLUDED.seen_at`,
      values: [this.#name, this.#slots],
    });
    this.#saidAt = performance.now();
  }

  async leave(): Promise<void> {
    await this.#pool.query('DELETE FROM exporter.worker WHERE name = $1', [this.#name]);
  }
}
