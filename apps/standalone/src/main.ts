import { createLogger, readSettings } from '#platform';
import { stopOnSignals } from '#runtime';
import { parseArguments, USAGE } from './arguments';
import { banner } from './banner';
import { reset } from './embedded';
import { startStandalone, type Standalone } from './standalone';

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const settings = readSettings(process.env);
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  const logger = createLogger({ level: settings.LOG_LEVEL, format: settings.LOG_FORMAT });
  // Ctrl-C may come while the start is still under way: it is broken off, and what it began is undone.
  const starting = new AbortController();
  let up = false;
  let force = (): void => undefined;
  const started = (async (): Promise<Standalone> => {
    if (args.reset) await reset(settings, log);
    return startStandalone({ settings, logger, log, signal: starting.signal });
  })();
  stopOnSignals(
    async () => {
      log('\nStopping…');
      if (!up) starting.abort();
      const server = await started.catch(() => undefined);
      await server?.stop();
      log('Stopped.');
    },
    (problem) => logger.error({ err: problem }, 'the stop failed'),
    () => force(),
  );
  const server = await started;
  up = true;
  force = server.force;
  const { admin, parts } = server;
  process.stdout.write(
    banner({
      url: server.url,
      dataDir: parts.settings.DATA_DIR,
      username: admin?.username ?? 'admin',
      password: admin?.created ? admin.password : null,
      credentialsFile: admin?.path ?? null,
      samples: server.samples,
      seconds: process.uptime(),
    }),
  );
  await server.databaseLost;
  logger.error('the embedded PostgreSQL ended by itself; its log is in the data folder, postgres/postgres.log');
  await server.stop();
  process.exitCode = 1;
}

main().catch((error: unknown) => {
  // Broken off by Ctrl-C: the signal's own stop ends the process.
  if (error instanceof Error && error.name === 'AbortError') return;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${message}\n`);
  if (process.env.LOG_LEVEL === 'debug' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exit(1);
});
