/** Longest time (ms) that an orderly stop may take before the process ends all the same. */
const STOP_TIMEOUT_MS = 30_000;

/** One Ctrl-C arrives twice below npm: from the terminal, and passed on by npm. Later than this (ms) it is another one. */
const SAME_SIGNAL_MS = 1500;

/**
 * Stops in order on the first SIGINT or SIGTERM and at once on the second, since a person who presses Ctrl-C twice means it;
 * `force` then ends what would outlive this process. The exit code is 0 after an orderly stop, 1 after one that failed or
 * took too long, 130 after the second signal.
 */
export function stopOnSignals(
  stop: () => Promise<void>,
  report: (problem: unknown) => void,
  force: () => void = () => undefined,
): void {
  let stoppingSince: number | undefined;
  const onSignal = (): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince < SAME_SIGNAL_MS) return;
      force();
      process.exit(130);
    }
    stoppingSince = performance.now();
    setTimeout(() => {
      report(new Error('the stop took too long'));
      force();
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
