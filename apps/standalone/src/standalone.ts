import 'reflect-metadata';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { FirstAdmin } from '#access';
import { DiskFileStore } from '#file-store';
import type { Logger, Settings } from '#platform';
import { closeParts, hostKafkaFeed, NestLogger, openParts, rootModule, type Parts } from '#runtime';
import { ApiModule } from '../../api/src/api.module';
import { configureApi } from '../../api/src/configure-api';
import { ExporterModule } from '../../exporter/src/exporter.module';
import { NotifierModule } from '../../notifier/src/notifier.module';
import { ProjectorModule } from '../../projector/src/projector.module';
import { RelayModule } from '../../relay/src/relay.module';
import { SchedulerModule } from '../../scheduler/src/scheduler.module';
import { provide } from './embedded';
import { prepareFirstStart } from './first-start';
import { explainPort, requireFreePort } from './port';

export interface Standalone {
  /** Base address of the HTTP API. */
  readonly url: string;
  readonly parts: Parts;
  readonly admin: FirstAdmin | null;
  readonly samples: boolean;
  /** Settles when the embedded PostgreSQL ended by itself, without which nothing can go on; never otherwise. */
  readonly databaseLost: Promise<void>;
  /** Stops everything in order: no new work, running exports handed back, connections, PostgreSQL last. */
  readonly stop: () => Promise<void>;
  /** Ends the embedded PostgreSQL at once; its next start recovers. For when an orderly stop is not waited for. */
  readonly force: () => void;
}

export interface StandaloneOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Gets one line for each step that takes a while. */
  readonly log: (line: string) => void;
  /** Breaks the start off; nothing is left running then. */
  readonly signal: AbortSignal;
}

/** Every app in this process, on embedded parts where the settings name none. Whatever fails, nothing is left running. */
export async function startStandalone({ settings, logger, log, signal }: StandaloneOptions): Promise<Standalone> {
  await requireFreePort(settings.HOST, settings.PORT);
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const embedded = await provide(settings, log, signal);
    let stopping = false;
    undo.push(async () => {
      stopping = true;
      await embedded.postgres?.stop();
    });
    if (embedded.postgres) {
      // The folder is locked for this process, so what lies half written there is from one that was killed.
      await new DiskFileStore(join(embedded.settings.DATA_DIR, 'files')).removeAbandonedUploads(0);
    }
    const parts = await openParts(embedded.settings, logger);
    undo.push(() => closeParts(parts));
    signal.throwIfAborted();
    const admin = await prepareFirstStart(parts, embedded.samples, log);
    const relay = parts.kafka ? [RelayModule] : [];
    const apps = [ProjectorModule, SchedulerModule, ExporterModule, NotifierModule, ApiModule, ...relay];
    const app = await NestFactory.create<NestExpressApplication>(rootModule(apps, parts), {
      logger: new NestLogger(logger),
      abortOnError: false,
      // Bodies are parsed by configureApi, under its own limits.
      bodyParser: false,
      // Idle and streaming connections would hold up the stop.
      forceCloseConnections: true,
    });
    undo.push(() => app.close());
    configureApi(app, parts);
    await hostKafkaFeed(app, parts);
    await app.listen(settings.PORT, settings.HOST).catch((error: unknown) => {
      throw explainPort(error as NodeJS.ErrnoException, settings.HOST, settings.PORT);
    });
    const force = (): void => {
      if (embedded.postgres) process.kill(embedded.postgres.pid, 'SIGQUIT');
    };
    const databaseLost = new Promise<void>((resolve) => {
      void embedded.postgres?.exited.then(() => stopping || resolve());
    });
    return { url: await urlOf(app), parts, admin, samples: embedded.samples, databaseLost, stop, force };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function urlOf(app: NestExpressApplication): Promise<string> {
  const url = await app.getUrl();
  return url.replace('[::1]', 'localhost').replace('[::]', 'localhost').replace('0.0.0.0', '127.0.0.1');
}
