import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packageRoot } from '#platform';
import { freePort } from '../../../apps/standalone/src/port';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../deploy/postgres';
import { FaultyLink } from '../injection/faulty-link';
import { DISK_FOLDER } from '../injection/messages';
import { appOf, PROCESSES, processesOf, type ProcessName } from '../plan/processes';
import { createDatabase, DATABASE } from './database';
import { AppProcess } from './app-process';

const COMPILED = join(packageRoot(), 'dist');
const PRELOAD = join(COMPILED, 'test', 'chaos', 'injection', 'preload.js');
/** Connections of each process, so that all together, and those that were half closed, stay below PostgreSQL's limit. */
const POOL_MAX = '6';
const SLOTS = '2';
/** An export of the suite takes some seconds. Drafts of files that are older are taken for abandoned. */
export const EXPORT_TIMEOUT_SECONDS = 20;
/** So few that the last one comes within a minute, and that some deliveries fail. */
const DELIVERY_ATTEMPTS = 3;

export interface ChaosSystemOptions {
  /** An empty one that PostgreSQL's account can reach: it gets the data and the logs of all processes. */
  readonly folder: string;
  /** How long an exporter keeps a job without a sign of life, milliseconds. */
  readonly leaseMs: number;
  /** Where mails go, as the setting `SMTP_URL`. */
  readonly smtpUrl: string;
  /** Breaks the start off. */
  readonly signal: AbortSignal;
}

/** Every app as several processes over one PostgreSQL, each with a link of its own to it, and a reporting database beside. */
export class ChaosSystem {
  readonly #undo: (() => Promise<unknown>)[] = [];
  readonly #closing = new AbortController();
  readonly #processes = new Map<ProcessName, AppProcess>();
  #source: EmbeddedPostgres | undefined;
  #postgres: EmbeddedPostgres | undefined;
  #urls: readonly string[] = [];
  /** What is on its way up. */
  #opening: Promise<unknown> = Promise.resolve();
  #postgresStart: Promise<unknown> = Promise.resolve();

  private constructor(readonly folder: string) {
    mkdirSync(this.dataDir, { mode: 0o755 });
    mkdirSync(join(folder, 'logs'));
  }

  /** Whatever fails, nothing is left running. */
  static async open(options: ChaosSystemOptions): Promise<ChaosSystem> {
    const system = new ChaosSystem(options.folder);
    const breakOff = (): void => system.#closing.abort();
    options.signal.addEventListener('abort', breakOff, { once: true });
    try {
      options.signal.throwIfAborted();
      await (system.#opening = system.#open(options));
      return system;
    } catch (error) {
      await system.close();
      throw options.signal.aborted ? options.signal.reason : error;
    } finally {
      options.signal.removeEventListener('abort', breakOff);
    }
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  /** Of each api. */
  get urls(): readonly string[] {
    return this.#urls;
  }

  /** The product's own database, without a link between. */
  get databaseUrl(): string {
    return this.#running(this.#postgres).url(DATABASE);
  }

  /** The reporting database. */
  get sourceUrl(): string {
    return this.#running(this.#source).url('postgres');
  }

  get processes(): readonly AppProcess[] {
    return [...this.#processes.values()];
  }

  process(name: ProcessName): AppProcess {
    const found = this.#processes.get(name);
    if (!found) throw new Error(`there is no process ${name}`);
    return found;
  }

  /** Ends PostgreSQL (SIGINT: `fast`, SIGQUIT: `immediate`) and starts it again on the same port and data. */
  async restartPostgres(signal: 'SIGINT' | 'SIGQUIT', awayMs: number): Promise<void> {
    const postgres = this.#running(this.#postgres);
    process.kill(postgres.pid, signal);
    await postgres.exited;
    await delay(awayMs);
    await this.#startPostgres(postgres.port);
  }

  /** SIGKILL to every process and to PostgreSQL. Gives the moment, in milliseconds since 1970. */
  async losePower(): Promise<number> {
    const postgres = this.#running(this.#postgres);
    const at = Date.now();
    process.kill(postgres.pid, 'SIGKILL');
    await Promise.all([postgres.exited, ...this.processes.map((app) => app.kill())]);
    return at;
  }

  /** What a machine does once it has power again: it starts everything. */
  async startAll(): Promise<void> {
    await this.#startPostgres(this.#running(this.#postgres).port);
    await Promise.all(this.processes.map((app) => app.start()));
  }

  /** Stops the apps in order. A sentence for each that did not manage. */
  async stopApps(): Promise<readonly string[]> {
    const codes = await Promise.all(this.processes.map(async (app) => ({ name: app.name, code: await app.stop() })));
    return codes.filter(({ code }) => code !== 0).map(({ name, code }) => `the stop of ${name} ended with ${code}`);
  }

  /** Also amid a start or a fault: nothing is left running, and nothing comes up any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const app of this.processes) await app.kill();
    await Promise.allSettled([this.#opening, this.#postgresStart]);
    for (const step of this.#undo.splice(0).reverse()) await step();
  }

  async #open({ leaseMs, smtpUrl }: ChaosSystemOptions): Promise<void> {
    const source = await startEmbeddedPostgres({
      dataDir: join(this.folder, 'source'),
      settings: { fsync: 'off' },
      signal: this.#closing.signal,
      log: () => undefined,
    });
    this.#source = source;
    this.#undo.push(() => source.stop());
    this.#undo.push(async () => this.#postgres?.stop());
    const { port, url } = await this.#startPostgres();
    await createDatabase(url('postgres'));
    const env = {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', LOG_FORMAT: 'json' },
      DATA_DIR: this.dataDir,
      DATABASE_URL: this.databaseUrl,
      DATABASE_POOL_MAX: POOL_MAX,
      AUTH_SECRET: 'a secret that only this suite has to know',
      DATA_SOURCES: JSON.stringify({ source: this.sourceUrl }),
      EXPORT_LEASE_SECONDS: String(leaseMs / 1000),
      EXPORT_SLOTS: SLOTS,
      EXPORT_TIMEOUT_SECONDS: String(EXPORT_TIMEOUT_SECONDS),
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      DELIVERY_PRIVATE_HOSTS: '127.0.0.1',
      DELIVERY_LEASE_SECONDS: String(leaseMs / 1000),
      DELIVERY_MAX_ATTEMPTS: String(DELIVERY_ATTEMPTS),
      ...{ SMTP_URL: smtpUrl, SMTP_FROM: 'reports@example.org', SMTP_TLS: 'off' },
      [DISK_FOLDER]: join(this.dataDir, 'files'),
    };
    await promisify(execFile)(process.execPath, [join(COMPILED, 'deploy/distributed/prepare.js')], {
      env,
      signal: this.#closing.signal,
    });
    const apis = await Promise.all(processesOf('api').map(() => freePort('127.0.0.1')));
    this.#urls = apis.map((api) => `http://127.0.0.1:${api}`);
    this.#closing.signal.throwIfAborted();
    for (const name of PROCESSES) await this.#add(name, port, { ...env, PORT: String(apis[placeOf(name)] ?? 0) });
    await Promise.all(this.processes.map((app) => app.start()));
  }

  async #add(name: ProcessName, postgresPort: number, env: Record<string, string | undefined>): Promise<void> {
    const link = await FaultyLink.open(postgresPort);
    this.#undo.push(() => link.close());
    const url = new URL(this.databaseUrl);
    url.port = String(link.port);
    const main = join(COMPILED, 'apps', appOf(name), 'src', 'main.js');
    const app = new AppProcess({
      name,
      args: ['--max-semi-space-size=32', '--require', PRELOAD, main],
      env: { ...env, DATABASE_URL: url.href },
      link,
      signal: this.#closing.signal,
      logFile: join(this.folder, 'logs', `${name}.log`),
    });
    this.#processes.set(name, app);
  }

  async #startPostgres(port?: number): Promise<EmbeddedPostgres> {
    const start = startEmbeddedPostgres({
      dataDir: this.dataDir,
      ...(port !== undefined && { port }),
      signal: this.#closing.signal,
      log: () => undefined,
    });
    this.#postgresStart = start;
    return (this.#postgres = await start);
  }

  #running(postgres: EmbeddedPostgres | undefined): EmbeddedPostgres {
    if (!postgres) throw new Error('PostgreSQL was not started');
    return postgres;
  }
}

/** Place among the processes of its app, from 0. */
function placeOf(name: ProcessName): number {
  return Number(name.split('.')[1]) - 1;
}
