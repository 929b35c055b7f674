import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../postgres/errors';
import { lockFolder } from '../postgres/folder-lock';
import { startBroker, stopOrphan, type BrokerProcess, type BrokerProcessOptions } from './broker-process';
import { makeCertificate } from './certificates';
import { choosePorts, nodeFolder, prepareNodes, requireFreePort } from './cluster';
import { prepareKafka } from './download';
import { LocalKafkaError } from './errors';
import type { ClusterPlan, SaslUser } from './server-properties';

export interface LocalKafkaOptions {
  /** How many brokers, each of which is a controller as well. Default 1; with 3 one of them may die. */
  readonly nodes?: 1 | 3;
  /** The first node's port for clients on 127.0.0.1. Default: a free one, another at each start. */
  readonly port?: number;
  /** Folder of the data, which stay. Default: a temporary one, removed by `stop`. */
  readonly dataDir?: string;
  /** Clients must sign in as this user, by PLAIN or SCRAM. Set for the first start on a folder. Default: nobody signs in. */
  readonly sasl?: SaslUser;
  /** True: clients must speak TLS, and trust the certificate in `caFile`. Default false. */
  readonly tls?: boolean;
  /** Gets one line for each step that takes a while. */
  readonly log: (line: string) => void;
  /** Breaks the start off; nothing is left running then. */
  readonly signal?: AbortSignal;
}

/** One broker of a cluster, which a test may kill and start again on the same port and data. */
export interface LocalKafkaNode {
  readonly id: number;
  /** `host:port` for clients. */
  readonly broker: string;
  /** Process id; undefined while it does not run. */
  readonly pid: number | undefined;
  /** Ends it by SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again and waits until it serves clients; nothing happens when it runs. */
  start(): Promise<void>;
}

export interface LocalKafka {
  /** The nodes' `host:port`, as in `KAFKA_BROKERS`. */
  readonly brokers: readonly string[];
  readonly nodes: readonly LocalKafkaNode[];
  /** With `tls`: file of the certificate (PEM) to trust, as in `KAFKA_TLS_CA_FILE`. */
  readonly caFile: string | undefined;
  /** Stops all nodes and removes temporary data; may be called again. */
  stop(): Promise<void>;
}

const temporaryPrefix = 'report-scheduler-kafka-';

/**
 * Starts a real Apache Kafka in KRaft mode on 127.0.0.1, downloading it the first time. A broker that an earlier run left
 * behind on the same folder is stopped first; temporary data of runs that were killed are removed. Whatever fails, nothing is
 * left running, and the brokers end when this process does.
 *
 * @throws LocalKafkaError with a stable code and one sentence
 */
export async function startKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const { nodes = 1, log, signal } = options;
  const { java, jars } = await prepareKafka({ log, signal });
  if (options.port !== undefined) await requireFreePort(options.port);
  await removeKilledRuns();
  const temporary = options.dataDir === undefined;
  const dataDir = makeDataDir(options.dataDir);
  const lock = lockData(dataDir);
  const release = async (): Promise<void> => {
    if (temporary) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    lock.release();
  };
  try {
    for (const folder of await nodeFolders(dataDir)) await stopOrphan(folder, log);
    const certificate = options.tls === true ? await makeCertificate(java, dataDir, signal) : undefined;
    const running = await withFreePorts(options.port, async () => {
      const ports = await choosePorts(nodes, options.port);
      const plan: ClusterPlan = { ports, sasl: options.sasl, keyStore: certificate?.keyStore };
      await prepareNodes({ java, jars, dataDir, plan, signal });
      return startNodes(plan, (id) => ({ java, jars, folder: nodeFolder(dataDir, id), signal }));
    });
    return {
      brokers: running.map(({ broker }) => broker),
      nodes: running,
      caFile: certificate?.caFile,
      stop: once(async () => {
        // Data that go away need no order in which they are closed.
        await Promise.all(running.map((node) => (temporary ? node.kill() : node.stop())));
        await release();
      }),
    };
  } catch (error) {
    await release();
    throw error;
  }
}

class Node implements LocalKafkaNode {
  readonly #options: BrokerProcessOptions;
  #process: BrokerProcess | undefined;

  constructor(
    readonly id: number,
    readonly broker: string,
    options: BrokerProcessOptions,
  ) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async start(): Promise<void> {
    if (this.#process) return;
    const started = await startBroker(this.#options);
    this.#process = started;
    void started.exited.then(() => {
      if (this.#process === started) this.#process = undefined;
    });
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}

/** All at once: a node of three serves nobody before a second one is there. */
async function startNodes(plan: ClusterPlan, optionsOf: (id: number) => BrokerProcessOptions): Promise<Node[]> {
  const failed = new AbortController();
  const nodes = plan.ports.map(({ client }, index) => {
    const { signal, ...options } = optionsOf(index + 1);
    const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
    return new Node(index + 1, `127.0.0.1:${client}`, { ...options, signal: either });
  });
  const reasons: unknown[] = [];
  await Promise.all(
    nodes.map((node) =>
      node.start().catch((error: unknown) => {
        reasons.push(error);
        failed.abort();
      }),
    ),
  );
  if (reasons.length === 0) return nodes;
  await Promise.all(nodes.map((node) => node.kill()));
  throw reasons[0];
}

/** Another program may take a free port before Kafka does. */
async function withFreePorts<T>(given: number | undefined, start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (errorCode(error) !== 'kafka.port-in-use' || given !== undefined || attempt === 5) throw error;
    }
  }
}

function makeDataDir(given: string | undefined): string {
  if (given === undefined) return mkdtempSync(join(realpathSync(tmpdir()), temporaryPrefix));
  mkdirSync(given, { recursive: true });
  return realpathSync(given);
}

function lockData(dataDir: string): { release(): void } {
  try {
    return lockFolder(dataDir);
  } catch (cause) {
    if (errorCode(cause) !== 'postgres.folder_in_use') throw cause;
    throw new LocalKafkaError(
      'kafka.folder-in-use',
      `The folder ${dataDir} is in use by another Kafka that runs: stop that one first.`,
      { cause },
    );
  }
}

async function nodeFolders(dataDir: string): Promise<string[]> {
  return (await readdir(dataDir)).filter((name) => name.startsWith('node-')).map((name) => join(dataDir, name));
}

/** A run that was killed leaves its folder behind; one that is going on owns its folder. */
async function removeKilledRuns(): Promise<void> {
  const all = await readdir(tmpdir());
  for (const name of all.filter((entry) => entry.startsWith(temporaryPrefix))) {
    const folder = join(tmpdir(), name);
    try {
      // Without an owner's file it is being made this moment.
      if (!(await readdir(folder)).includes('owner.json')) continue;
      const lock = lockFolder(folder);
      for (const node of await nodeFolders(folder)) await stopOrphan(node, () => undefined);
      await rm(folder, { recursive: true, force: true });
      lock.release();
    } catch {
      continue; // in use, another user's, or removed by another start meanwhile
    }
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
