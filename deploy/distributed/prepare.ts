// Makes a database ready for apps in processes of their own: migrates it and adds the first admin. Run it once before them,
// and after every update; it does nothing when nothing is to do.
import { migrate } from '#database';
import { createLogger, readSettings } from '#platform';
import { closeParts, openParts, requireShared } from '#runtime';
import { prepareFirstStart } from '../../apps/standalone/src/first-start';

async function main(): Promise<void> {
  const settings = requireShared(readSettings(process.env));
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  await migrate(settings.DATABASE_URL, log);
  const parts = await openParts(settings, createLogger({ level: settings.LOG_LEVEL, format: settings.LOG_FORMAT }));
  try {
    const admin = await prepareFirstStart(parts, false, log);
    log(admin?.created ? `The first admin's password is in ${admin.path}.` : 'The database is ready.');
  } finally {
    await closeParts(parts);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
