const FIRST_MS = 100;
const LAST_MS = 30_000;

/**
 * Milliseconds to wait after the given failed try (1, 2, …): doubled each time up to half a minute, of which a random half is
 * left out, so that many who failed together do not come back together.
 */
export function backoffMs(tries: number, random: () => number = Math.random): number {
  const full = Math.min(FIRST_MS * 2 ** (tries - 1), LAST_MS);
  return full / 2 + (random() * full) / 2;
}

/** Waits, or less when the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}
