import { join } from 'node:path';
import type { FirstAdmin } from '#access';
import { packageRoot, type Logger, type Settings } from '#platform';
import { closeParts, openParts, type RuntimeSettings } from '#runtime';
import { provide } from '../../apps/standalone/src/embedded';
import { freePort } from '../../apps/standalone/src/port';
import { prepareFirstStart } from '../../apps/standalone/src/first-start';
import { startKafka } from '../kafka';
import { environmentOf } from './environment';
import type { WriteLine } from './labelled-output';
import { Supervisor, type ProcessSpec } from './supervisor';

/** How many processes of each app there are; any number would do, of the api one for each port. */
const INSTANCES = { api: 1, relay: 2, scheduler: 2, projector: 2, exporter: 2, notifier: 2 } as const;
/** Connections of each process to PostgreSQL, so that all together stay below its usual hundred. */
const POOL_MAX = 7;

export interface Distributed {
  readonly url: string;
  readonly dataDir: string;
  readonly admin: FirstAdmin | null;
  readonly samples: boolean;
  readonly supervisor: Supervisor;
  /** The names under which the supervisor runs them. */
  readonly processes: readonly string[];
  readonly brokers: readonly string[];
  /** Settles when the embedded PostgreSQL ended by itself, without which nothing can go on; never otherwise. */
  readonly databaseLost: Promise<void>;
  /** Stops the apps, then what was started for them. */
  readonly stop: () => Promise<void>;
}

export interface DistributedOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Gets one line for each step that takes a while, and every line of every process. */
  readonly log: WriteLine;
  readonly signal: AbortSignal;
}

/**
 * Every app as processes of its own, on Kafka and PostgreSQL: those that the settings name, else local ones that are started
 * for them. Whatever fails, nothing is left running.
 */
export async function startDistributed({
  settings: given,
  logger,
  log,
  signal,
}: DistributedOptions): Promise<Distributed> {
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const embedded = await provide(given, log, signal);
    let stopping = false;
    undo.push(async () => {
      stopping = true;
      await embedded.postgres?.stop();
    });
    const databaseLost = new Promise<void>((resolve) => {
      void embedded.postgres?.exited.then(() => stopping || resolve());
    });
    const brokers = given.KAFKA_BROKERS ?? (await startLocalKafka(embedded.settings.DATA_DIR, log, signal, undo));
    const PORT = given.PORT === 0 ? await freePort(given.HOST) : given.PORT;
    const settings = { ...embedded.settings, PORT, KAFKA_BROKERS: [...brokers] };
    const admin = await prepare(settings, embedded.samples, logger, log);
    signal.throwIfAborted();
    const specs = processesOf(settings);
    const processes = specs.map(({ name }) => name);
    const supervisor = new Supervisor(processes, log);
    undo.push(() => supervisor.stop());
    log(`Starting ${specs.length} processes…`);
    await Promise.all(specs.map((spec) => supervisor.start(spec)));
    const url = `http://${settings.HOST}:${settings.PORT}`;
    return {
      url,
      dataDir: settings.DATA_DIR,
      admin,
      samples: embedded.samples,
      supervisor,
      processes,
      brokers,
      databaseLost,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startLocalKafka(
  dataDir: string,
  log: WriteLine,
  signal: AbortSignal,
  undo: (() => Promise<void>)[],
): Promise<readonly string[]> {
  const kafka = await startKafka({ dataDir: join(dataDir, 'kafka'), log, signal });
  undo.push(() => kafka.stop());
  return kafka.brokers;
}

async function prepare(
  settings: RuntimeSettings,
  samples: boolean,
  logger: Logger,
  log: WriteLine,
): Promise<FirstAdmin | null> {
  // This also makes the topics, so that the apps do not all try at once.
  const parts = await openParts(settings, logger);
  try {
    return await prepareFirstStart(parts, samples, log);
  } finally {
    await closeParts(parts);
  }
}

function processesOf(settings: RuntimeSettings): readonly ProcessSpec[] {
  const env = {
    ...process.env,
    ...environmentOf(settings),
    DATABASE_POOL_MAX: process.env.DATABASE_POOL_MAX ?? String(POOL_MAX),
    // Children write to a pipe, behind which there may be a person all the same.
    LOG_FORMAT: settings.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json'),
  };
  return Object.entries(INSTANCES).flatMap(([app, count]) =>
    Array.from({ length: count }, (_, index) => ({
      name: count === 1 ? app : `${app}.${index + 1}`,
      args: ['--max-semi-space-size=32', join(packageRoot(), 'dist', 'apps', app, 'src', 'main.js')],
      env,
    })),
  );
}
