/** What a run did, what it found and what it measured. */
export interface ChaosResult {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly jobs: number;
  readonly attemptsLost: number;
  /** Deliveries that were requested, those of them that arrived, and mails to people. */
  readonly deliveries: number;
  readonly delivered: number;
  readonly notices: number;
  /** What people asked for, and how often they had to ask again. */
  readonly requests: number;
  readonly retries: number;
  readonly violations: readonly string[];
  /** Milliseconds from the loss of a worker to the next attempt of each of its jobs. */
  readonly takeoverMs: { readonly count: number; readonly p95: number | null; readonly max: number | null };
  /** Seconds from each loss of power to the next job started. */
  readonly recoverySeconds: readonly number[];
  /** Holds the logs and data of a run that found something, else null. */
  readonly folder: string | null;
}
