import { NestFactory } from '@nestjs/core';
import { STORE_SOURCE } from '#event-sourcing';
import { createLogger } from '#platform';
import { closeParts, NestLogger, openParts, rootModule } from '#runtime';
import { RELAY_GROUP } from '../../../apps/relay/src/relay';
import { RelayModule } from '../../../apps/relay/src/relay.module';
import { serveJob } from '../harness/measured-child';
import { benchSettings } from '../harness/product';
import type { RelayJob, Sent } from './relay-job';

/** So long may the backlog take before the bench gives up, in milliseconds. */
const PATIENCE_MS = 10 * 60_000;

/** The relay as the product runs it, from its start until its checkpoint has reached the end of the store. */
serveJob(async (job: RelayJob): Promise<Sent> => {
  const destination = { write: (line: string) => void process.stderr.write(line) };
  const parts = await openParts(benchSettings(job), createLogger({ level: 'warn', format: 'pretty', destination }));
  try {
    const head = await parts.eventStore.head();
    const root = rootModule(RelayModule, parts);
    const logger = new NestLogger(parts.logger);
    const started = performance.now();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a mere shape
    const app = await NestFactory.createApplicationContext(root, { logger, abortOnError: false });
    const done = await parts.progress.reached(RELAY_GROUP, STORE_SOURCE, head, PATIENCE_MS);
    const seconds = (performance.now() - started) / 1000;
    await app.close();
    if (!done) throw new Error('the relay did not reach the end in time');
    return { seconds };
  } finally {
    await closeParts(parts);
  }
});
