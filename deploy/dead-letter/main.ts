import { createPool } from '#database';
import { DeadLetters } from '#event-feed';
import { packageRoot } from '#platform';
import { parseCommand, USAGE } from './arguments';
import { databaseUrl } from './database-url';
import { runCommand } from './run';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run dead-letter`: what people do with events that could not be applied. */
async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  if (command.type === 'help') {
    say(USAGE);
    return;
  }
  const pool = createPool(databaseUrl(process.env, packageRoot()), {
    application: 'report-scheduler dead-letter',
    max: 1,
    onIdleError: () => undefined,
  });
  try {
    await runCommand(command, new DeadLetters(pool), say);
  } finally {
    await pool.end();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\nSee npm run dead-letter -- --help\n`,
  );
  process.exitCode = 1;
});
