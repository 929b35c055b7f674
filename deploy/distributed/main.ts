import { createLogger, readSettings } from '#platform';
import { stopOnSignals } from '#runtime';
import { banner } from '../../apps/standalone/src/banner';
import { requireFreePort } from '../../apps/standalone/src/port';
import { startDistributed, type Distributed } from './distributed';

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const logger = createLogger({ level: settings.LOG_LEVEL, format: settings.LOG_FORMAT });
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  const starting = new AbortController();
  const started = (async (): Promise<Distributed> => {
    await requireFreePort(settings.HOST, settings.PORT);
    return startDistributed({ settings, logger, log, signal: starting.signal });
  })();
  stopOnSignals(
    async () => {
      log('\nStopping…');
      starting.abort();
      const system = await started.catch(() => undefined);
      await system?.stop();
      log('Stopped.');
    },
    (problem) => logger.error({ err: problem }, 'the stop failed'),
  );
  const { url, dataDir, admin, samples, databaseLost, stop } = await started;
  process.stdout.write(
    banner({
      url,
      dataDir,
      username: admin?.username ?? 'admin',
      password: admin?.created ? admin.password : null,
      credentialsFile: admin?.path ?? null,
      samples,
      seconds: process.uptime(),
    }),
  );
  await databaseLost;
  logger.error('the embedded PostgreSQL ended by itself; its log is in the data folder, postgres/postgres.log');
  await stop();
  process.exit(1);
}

main().catch((error: unknown) => {
  if (error instanceof Error && error.name === 'AbortError') return;
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
