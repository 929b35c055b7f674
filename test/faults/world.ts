import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, readSettings } from '#platform';
import { ApiClient } from '../../deploy/demo/api-client';
import { startDistributed, type Distributed } from '../../deploy/distributed/distributed';
import { startKafka, type LocalKafka } from '../../deploy/kafka';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../deploy/postgres';
import { createDatabase, DATABASE } from '../chaos/system/database';
import { defineSchedules, fillSource } from '../chaos/workload';
import { Load } from './load';

/** Every app as processes of their own, on three brokers and a PostgreSQL that a test may take away. */
export class FaultsWorld {
  readonly dataDir: string;
  readonly kafka: LocalKafka;
  readonly system: Distributed;
  readonly load: Load;
  readonly #lines: string[];
  readonly #watchers: Set<(line: string) => void>;
  readonly #folder: string;
  readonly #source: EmbeddedPostgres;
  #postgres: EmbeddedPostgres;

  private constructor(made: {
    folder: string;
    source: EmbeddedPostgres;
    postgres: EmbeddedPostgres;
    kafka: LocalKafka;
    system: Distributed;
    load: Load;
    lines: string[];
    watchers: Set<(line: string) => void>;
  }) {
    this.#folder = made.folder;
    this.dataDir = join(made.folder, 'data');
    this.#source = made.source;
    this.#postgres = made.postgres;
    this.kafka = made.kafka;
    this.system = made.system;
    this.load = made.load;
    this.#lines = made.lines;
    this.#watchers = made.watchers;
  }

  /** Whatever fails, nothing is left running. */
  static async open(schedules: number): Promise<FaultsWorld> {
    const undo: (() => Promise<void>)[] = [];
    try {
      return await FaultsWorld.#open(schedules, undo);
    } catch (error) {
      for (const step of undo.reverse()) await step();
      throw error;
    }
  }

  static async #open(schedules: number, undo: (() => Promise<void>)[]): Promise<FaultsWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'report-scheduler-faults-'));
    await chmod(folder, 0o755);
    const dataDir = join(folder, 'data');
    const quiet = { settings: { fsync: 'off' }, log: () => undefined };
    const source = await startEmbeddedPostgres({ dataDir: join(folder, 'source'), ...quiet });
    undo.push(() => source.stop());
    await fillSource(source);
    const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
    undo.push(() => postgres.stop());
    await createDatabase(postgres.url('postgres'));
    const kafka = await startKafka({ nodes: 3, log: () => undefined });
    undo.push(() => kafka.stop());
    const lines: string[] = [];
    const watchers = new Set<(line: string) => void>();
    const system = await startDistributed({
      settings: readSettings({
        PORT: '0',
        DATABASE_URL: postgres.url(DATABASE),
        DATA_DIR: dataDir,
        KAFKA_BROKERS: kafka.brokers.join(','),
        DATA_SOURCES: JSON.stringify({ source: source.url('postgres') }),
        EXPORT_LEASE_SECONDS: '3',
        LOG_FORMAT: 'json',
      }),
      logger: createLogger({ level: 'silent' }),
      log: (line) => {
        lines.push(line);
        for (const watcher of watchers) watcher(line);
      },
      signal: new AbortController().signal,
    });
    undo.push(() => system.stop());
    const api = await ApiClient.signInAsAdmin(system.url, dataDir);
    const templateId = await defineSchedules(api, schedules);
    const load = new Load(api, templateId);
    return new FaultsWorld({ folder, source, postgres, kafka, system, load, lines, watchers });
  }

  /** All lines of all processes so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Waits for a line that a process writes from now on. */
  line(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const watcher = (line: string): void => {
        if (!pattern.test(line)) return;
        this.#watchers.delete(watcher);
        resolve(line);
      };
      this.#watchers.add(watcher);
    });
  }

  async stopPostgres(): Promise<void> {
    await this.#postgres.stop();
  }

  /** On the same port and data. */
  async startPostgres(): Promise<void> {
    const { port } = this.#postgres;
    this.#postgres = await startEmbeddedPostgres({ dataDir: this.dataDir, port, log: () => undefined });
  }

  async close(): Promise<void> {
    await this.load.stop();
    await this.system.stop();
    await this.kafka.stop();
    await this.#postgres.stop();
    await this.#source.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
