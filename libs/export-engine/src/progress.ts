/** Milliseconds between two reports. */
const PAUSE_MS = 250;

interface Progress {
  report(rows: number, bytes: number): void;
  /** The last report, never left out. */
  finish(rows: number, bytes: number): void;
}

/** Passes reports on, a few a second. */
export function progressOf(listener: (rows: number, bytes: number) => void): Progress {
  let last = performance.now();
  return {
    report(rows, bytes) {
      const now = performance.now();
      if (now - last < PAUSE_MS) return;
      last = now;
      listener(rows, bytes);
    },
    finish: listener,
  };
}
