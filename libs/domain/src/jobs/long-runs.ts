import type { LongRun } from './job-messages';

/** How long the runs of a template took that completed last. */
export interface RunHistory {
  readonly runs: number;
  /** Milliseconds within which 95 of 100 of them were done; null without any. */
  readonly p95Ms: number | null;
}

export interface LongRunRules {
  /** Milliseconds beyond which every attempt runs long. */
  readonly ceilingMs: number;
  /** How many times its usual duration an attempt may take. */
  readonly factor: number;
  /** Runs without which nothing is usual yet. */
  readonly leastRuns: number;
}

/** A report of a second that takes ten is no matter for anybody. */
const LEAST_MS = 60_000;

/** From when on an attempt runs long. */
export function longRunLimit({ runs, p95Ms }: RunHistory, { ceilingMs, factor, leastRuns }: LongRunRules): LongRun {
  const ceiling: LongRun = { limitMs: ceilingMs, basis: 'ceiling' };
  if (p95Ms === null || runs < leastRuns) return ceiling;
  const limitMs = Math.max(Math.round(p95Ms * factor), LEAST_MS);
  return limitMs < ceilingMs ? { limitMs, basis: 'history' } : ceiling;
}
