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
  const result = await runChaos({ seed, minutes, log });
  const missed = missedBars(result);
  process.stdout.write(`${JSON.stringify({ ...result, missed }, null, json ? 2 : 0)}\n`);
  process.exitCode = result.violations.length + missed.length > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
