const FIRST_MS = 10_000;
const FACTOR = 4;
const LONGEST_MS = 3_600_000;

/**
 * Milliseconds to wait after an attempt (1, 2, …) failed: 10 s, 40 s, 160 s, … up to an hour, of which a random half is taken off, so that
 * deliveries which failed together do not come back together. Never less than the other side asked for.
 *
 * @param chance 0 (inclusive) to 1 (exclusive)
 * @param askedSeconds what the other side asked for; null when it did not
 */
export function retryDelayMs(attempt: number, chance: number, askedSeconds: number | null): number {
  const full = Math.min(FIRST_MS * FACTOR ** (attempt - 1), LONGEST_MS);
  return Math.max(Math.round(full * (1 - chance / 2)), (askedSeconds ?? 0) * 1000);
}
