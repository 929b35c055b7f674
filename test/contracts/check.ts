import { join } from 'node:path';
import { packageRoot } from '#platform';
import { publicationProblems, publish } from './publish';

/** Ends with 1 when the contracts in `schemas/` break a promise; with `--publish`, first publishes what is new. */
function main(args: readonly string[]): void {
  const folder = join(packageRoot(), 'schemas');
  const problems = args.includes('--publish') ? publish(folder) : publicationProblems(folder);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) {
    process.stderr.write('What is new is published by "npm run contracts"; see docs/reference/events.md.\n');
    process.exitCode = 1;
  }
}

main(process.argv.slice(2));
