import { injectFaults } from './faults';

/** `npm run test:faults [-- --rounds 1 --schedules 40]`: the faults of a cluster, about eight minutes a round. */
async function main(): Promise<void> {
  const number = (name: string, fallback: number): number => {
    const place = process.argv.indexOf(`--${name}`);
    return place < 0 ? fallback : Number(process.argv[place + 1]);
  };
  const result = await injectFaults({
    rounds: number('rounds', 1),
    schedules: number('schedules', 40),
    log: (line) => void process.stdout.write(`${line}\n`),
  });
  const { violations, ...figures } = result;
  for (const violation of violations) process.stdout.write(`VIOLATION ${violation}\n`);
  process.stdout.write(`${JSON.stringify({ ...figures, violations: violations.length })}\n`);
  process.stdout.write(`Tests: ${violations.length ? 0 : 1} passed, ${violations.length ? 1 : 0} failed, 0 skipped\n`);
  process.exitCode = violations.length ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
