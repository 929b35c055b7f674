/** What a process of the bench is to do. */
export interface AppendJob {
  /** Connection URL of the product's database. */
  readonly url: string;
  /** Callers of the process's store, each with one append under way. */
  readonly callers: number;
  readonly appends: number;
  /** Appends beforehand, not measured. */
  readonly warmUp: number;
}

export interface Appended {
  /** When the first append was called and the last one answered, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Milliseconds of each append. */
  readonly latencies: readonly number[];
}

/** The advisory lock that holds all processes back until each is ready. The store's own lock has another number. */
export const START_LOCK = 6_000_006;
