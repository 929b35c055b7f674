import 'reflect-metadata';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger, readSettings, type Logger } from '#platform';
import { startOnKafka } from './kafka-host';
import { NestLogger } from './nest-logger';
import { closeParts, openParts, type Parts } from './parts';
import { PartsModule } from './parts.module';
import { requireShared } from './runtime-settings';
import { stopOnSignals } from './signals';

/** How an app comes up inside Nest; the default is an application without HTTP. */
export type Bootstrap = (root: Type, parts: Parts) => Promise<INestApplicationContext>;

const withoutHttp: Bootstrap = (root, parts) =>
  parts.kafka
    ? startOnKafka(root, parts, parts.kafka)
    : NestFactory.createApplicationContext(root, { logger: new NestLogger(parts.logger), abortOnError: false });

/** Runs one app as a process of its own, on the database, files and key that the settings name. */
export async function runApp(name: string, app: Type, bootstrap: Bootstrap = withoutHttp): Promise<void> {
  try {
    const settings = requireShared(readSettings(process.env));
    const logger = createLogger({ level: settings.LOG_LEVEL, format: settings.LOG_FORMAT });
    const parts = await openParts(settings, logger);
    const running = await bootstrap(rootModule(app, parts), parts);
    logger.info({ app: name }, 'started');
    stopOnSignals(
      () => stop(running, parts, logger),
      (problem) => logger.error({ err: problem }, 'the stop failed'),
    );
    tellSupervisor();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** A supervisor that started this process over an IPC channel hears that it is up, and takes it along when it ends itself. */
function tellSupervisor(): void {
  if (!process.connected) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.send?.('ready');
}

/** One application that holds the given modules and the parts they ask for. */
export function rootModule(app: Type | readonly Type[], parts: Parts): Type {
  @Module({ imports: [PartsModule.forRoot(parts), ...[app].flat()] })
  class RootModule {}
  return RootModule;
}

async function stop(running: INestApplicationContext, parts: Parts, logger: Logger): Promise<void> {
  await running.close();
  await closeParts(parts);
  logger.info('stopped');
}
