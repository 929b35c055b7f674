import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import { DataSourceError } from '../data-source';
import { quoteIdentifier } from '../statement';
import { asDataSourceError } from './duckdb-errors';
import { MACROS } from './duckdb-macros';
import { FILES_SCHEMA, type DataFile } from './file-folder';

const INTERRUPT_EVERY_MS = 50;

const requireHere = createRequire(__filename);

export interface SessionOptions {
  /** The only folder that may be read. */
  readonly folder: string;
  /** What the query reads; null: nothing. */
  readonly file: DataFile | null;
  readonly timeoutMs: number;
  readonly timeZone: string;
  readonly signal: AbortSignal | null;
}

/**
 * A DuckDB of its own for one query, which can reach nothing but the folder: no network, no extension, no other file, and no
 * setting can be changed any more. It ends once, by `close`.
 */
export class DuckDbSession {
  private outOfTime = false;
  private aborted = false;
  private readonly timer: NodeJS.Timeout;
  private interrupting: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => {
    this.aborted = true;
    this.interrupt();
  };

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly options: SessionOptions,
    private readonly spill: string,
  ) {
    this.timer = setTimeout(() => {
      this.outOfTime = true;
      this.interrupt();
    }, options.timeoutMs);
    options.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Throws `DataSourceError` only. */
  static async open(options: SessionOptions): Promise<DuckDbSession> {
    if (options.signal?.aborted) throw cancelled();
    // Loaded by the first query only: most systems read no files. By require, since Jest knows no import().
    const { DuckDBInstance: Instance } = requireHere('@duckdb/node-api') as { DuckDBInstance: typeof DuckDBInstance };
    const spill = join(tmpdir(), `report-scheduler-duckdb-${randomUUID()}`);
    const instance = await Instance.create(':memory:', { ...SETTINGS, temp_directory: spill });
    const session = new DuckDbSession(instance, await instance.connect(), options, spill);
    try {
      await session.prepare();
      return session;
    } catch (error) {
      await session.close();
      throw session.meaningOf(error);
    }
  }

  /** Whether it is being cancelled, or its time is over. */
  get isEnding(): boolean {
    return this.aborted || this.outOfTime;
  }

  /** Throws what DuckDB throws: `meaningOf` tells what it means. */
  stream(text: string, values: readonly string[]): Promise<DuckDBResult> {
    return this.connection.stream(text, [...values]);
  }

  async all(text: string, values: readonly string[] = []): Promise<(string | null)[][]> {
    const reader = await this.connection.runAndReadAll(text, [...values]);
    return reader.getRowsJson() as (string | null)[][];
  }

  /** Ends the running query; its caller then gets an error. */
  cancel(): void {
    this.onAbort();
  }

  meaningOf(error: unknown): DataSourceError {
    if (this.aborted) return cancelled();
    if (!this.outOfTime) return asDataSourceError(error, this.options.folder);
    const seconds = this.options.timeoutMs / 1000;
    const message = `The query took longer than the ${seconds} s that it may. Narrow the filter or group the rows.`;
    return new DataSourceError('data_source.timeout', message, { cause: error });
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    clearInterval(this.interrupting);
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.connection.closeSync();
    this.instance.closeSync();
    await rm(this.spill, { recursive: true, force: true });
  }

  /** Again and again until the end, for an interruption between two queries is lost. */
  private interrupt(): void {
    this.connection.interrupt();
    this.interrupting ??= setInterval(() => this.connection.interrupt(), INTERRUPT_EVERY_MS);
  }

  private async prepare(): Promise<void> {
    const { folder, file, timeZone } = this.options;
    for (const macro of MACROS) await this.connection.run(macro);
    await this.connection.run(`CREATE SCHEMA ${quoteIdentifier(FILES_SCHEMA)}`);
    await this.connection.run(`SET TimeZone = ${quoted(timeZone)}`);
    await this.connection.run(`SET allowed_directories = [${quoted(folder)}]`);
    await this.connection.run('SET enable_external_access = false');
    await this.connection.run('SET lock_configuration = true');
    if (file) await this.connection.run(viewOf(file));
  }
}

/** `threads` and `memory_limit` leave the process room for what else it does. */
const SETTINGS = {
  threads: '2',
  memory_limit: '512MB',
  // As in PostgreSQL.
  integer_division: 'true',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
};

/** Statements that define something take no parameters, so what stands in them is quoted here: a path that was found, never typed. */
function viewOf({ name, path, format }: DataFile): string {
  const view = `${quoteIdentifier(FILES_SCHEMA)}.${quoteIdentifier(name)}`;
  // In CSV, "" is an empty text and nothing at all is NULL.
  const reader =
    format === 'csv' ? `read_csv(${quoted(path)}, allow_quoted_nulls = false)` : `read_parquet(${quoted(path)})`;
  return `CREATE VIEW ${view} AS SELECT * FROM ${reader}`;
}

/** A text literal (ISO 9075-2, 5.3): quotes inside doubled. DuckDB knows no other escape in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function cancelled(): DataSourceError {
  return new DataSourceError('data_source.cancelled', 'The query was cancelled.');
}
