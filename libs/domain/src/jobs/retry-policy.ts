import type { FailureClass } from './failure-class';

/** Which attempts follow failures of one class, and when. */
export interface RetryRule {
  /** Attempts in all, 1 to 20: after that many, a failure of the class ends the job. */
  readonly attempts: number;
  /** Seconds to wait after the first attempt; fractions count. */
  readonly firstDelaySeconds: number;
  /** By which each delay is longer than the one before, at least 1. */
  readonly factor: number;
  readonly longestDelaySeconds: number;
  /** The part of a delay, 0 to 1, of which a random share is taken off, so that jobs which failed together do not come back together. */
  readonly jitter: number;
}

/** What follows failed attempts. After a permanent failure none does: somebody has to mend something first. */
export interface RetryPolicy {
  /** Lost attempts count among these, but wait for nothing. */
  readonly transient: RetryRule;
  readonly limit: RetryRule;
  /** Minutes from the start of the first attempt after which no other one begins; null: no end. */
  readonly deadlineMinutes: number | null;
}

/** Null for a class after which no attempt follows. */
export function retryRuleOf(policy: RetryPolicy, failureClass: FailureClass): RetryRule | null {
  switch (failureClass) {
    case 'transient':
      return policy.transient;
    case 'limit':
      return policy.limit;
    case 'permanent':
      return null;
  }
}

/** The attempts that a job of this policy can have in all. */
export function mostAttempts({ transient, limit }: RetryPolicy): number {
  return Math.max(transient.attempts, limit.attempts);
}

/**
 * Milliseconds to wait after an attempt (1, 2, …) failed: the first delay, times the factor for each attempt after it, at most
 * the longest, less a share of its jitter.
 *
 * @param chance 0 (inclusive) to 1 (exclusive)
 */
export function retryDelayMs(rule: RetryRule, attempt: number, chance: number): number {
  const full = Math.min(rule.firstDelaySeconds * rule.factor ** (attempt - 1), rule.longestDelaySeconds);
  return Math.round(full * 1000 * (1 - rule.jitter * chance));
}
