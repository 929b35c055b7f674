import { compareTimes } from './compare-times';

/** `npm run test:fuzz-times [-- --minutes 10 --seed 1]`: compares random schedules until the time is up. */
function main(): void {
  const number = (name: string, fallback: number): number => {
    const place = process.argv.indexOf(`--${name}`);
    return place < 0 ? fallback : Number(process.argv[place + 1]);
  };
  const first = number('seed', Date.now() % 1_000_000_000);
  const end = performance.now() + number('minutes', 10) * 60_000;
  process.stdout.write(`seed ${first}\n`);
  let seed = first;
  let difference: string | null = null;
  while (difference === null && performance.now() < end) {
    difference = differenceOf(seed);
    if (difference !== null) process.stdout.write(`DIFFERENCE with --seed ${seed}: ${difference}\n`);
    seed += 1;
  }
  process.stdout.write(`${JSON.stringify({ cases: seed - first, differences: difference === null ? 0 : 1 })}\n`);
  process.stdout.write(
    `Tests: ${difference === null ? 1 : 0} passed, ${difference === null ? 0 : 1} failed, 0 skipped\n`,
  );
  process.exitCode = difference === null ? 0 : 1;
}

/** A case that throws is one that differs. */
function differenceOf(seed: number): string | null {
  try {
    return compareTimes(seed);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

main();
