import { missedBars } from './bars';
import { planOf, runChaos } from './run-chaos';

/** `npm run test:chaos -- [--seed 1] [--minutes 10] [--json] [--plan]`. */
async function main(): Promise<void> {
  const number = (name: string, fallback: number): number => {
    const place = process.argv.indexOf(`--${name}`);
    return place < 0 ? fallback : Number(process.argv[place + 1]);
  };
  const json = process.argv.includes('--json');
  const seed = number('seed', Date.now() % 1_000_000);
  const minutes = number('minutes', 10);
  if (process.argv.includes('--plan')) {
    process.stdout.write(`${JSON.stringify({ seed, minutes, ...planOf({ seed, minutes }) }, null, 1)}\n`);
    return;
  }
  // The answer of --json is all that stands on standard output.
  const log = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  log(`seed ${seed}`);
  const result = await runChaos({ seed, minutes, log, signal: interruption() });
  const missed = missedBars(result);
  const answer = `${JSON.stringify({ ...result, missed }, null, json ? 2 : 0)}\n`;
  await new Promise<void>((resolve) => process.stdout.write(answer, () => resolve()));
  // Connections that the suite itself has broken off on one side only are not waited for.
  process.exit(result.violations.length + missed.length > 0 ? 1 : 0);
}

/** 128 and the number of the signal, as shells tell it. */
const INTERRUPTED = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

class Interrupted extends Error {
  constructor(readonly exitCode: number) {
    super('broken off: everything that was started has been stopped');
  }
}

/** Aborted by the first signal that is to end the process. The second one ends it at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, exitCode] of Object.entries(INTERRUPTED)) {
    process.once(signal, () => controller.abort(new Interrupted(exitCode)));
  }
  return controller.signal;
}

main().catch((error: unknown) => {
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    // Whoever still waits for an answer of what is gone is not waited for.
    process.exit(error.exitCode);
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
