const FIRST_MS = 1000;
const FACTOR = 4;
const LONGEST_MS = 300_000;

/**
 * Milliseconds to wait after an attempt (1, 2, …) failed: 1 s, 4 s, 16 s, … up to 5 minutes, of which a random half is
 * taken off, so that jobs which failed together do not come back together.
 *
 * @param chance 0 (inclusive) to 1 (exclusive)
 */
export function retryDelayMs(attempt: number, chance: number): number {
  const full = Math.min(FIRST_MS * FACTOR ** (attempt - 1), LONGEST_MS);
  return Math.round(full * (1 - chance / 2));
}
