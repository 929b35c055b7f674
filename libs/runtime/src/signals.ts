/** Longest time (ms) that an orderly stop may take before the process ends all the same. */
const STOP_TIMEOUT_MS = 30_000;

/**
 * Stops in order on the first SIGINT or SIGTERM and at once on the second, since a person who presses Ctrl-C twice means it.
 * The exit code is 0 after an orderly stop, 1 after one that failed or took too long.
 */
export function stopOnSignals(stop: () => Promise<void>, report: (problem: unknown) => void): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    setTimeout(() => {
      report(new Error('the stop took too long'));
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    stop().then(
      () => process.exit(0),
      (problem: unknown) => {
        report(problem);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
