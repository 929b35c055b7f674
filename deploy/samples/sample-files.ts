import type { Readable } from 'node:stream';
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { DuckDBConnection, DuckDBInstance as DuckDB } from '@duckdb/node-api';
import type { SampleTable } from './sample-tables';

const requireHere = createRequire(__filename);

/** Reads the files of `vega-datasets` through DuckDB, in slices, so that memory and disk stay small. */
export interface SampleFiles {
  count(table: SampleTable): Promise<number>;
  /** The latest value of a column, as milliseconds since 1970, the time read as UTC. */
  latest(table: SampleTable, column: string): Promise<number>;
  /** Rows `from` to `to` (exclusive) as CSV without a header, dates moved by so many weeks. */
  slice(table: SampleTable, from: number, to: number, weeks: number): Promise<Readable>;
  close(): Promise<void>;
}

export async function openSampleFiles(): Promise<SampleFiles> {
  // Loaded here only: a start that finds its samples in place has no use for the native library's memory. By require,
  // since Jest knows no import().
  const { DuckDBInstance } = requireHere('@duckdb/node-api') as { DuckDBInstance: typeof DuckDB };
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '512MB', threads: '2' });
  const connection = await instance.connect();
  const folder = await mkdtemp(join(tmpdir(), 'sample-data-'));
  const handles: FileHandle[] = [];
  return {
    count: async (table) => Number(await scalar(connection, `SELECT count(*) FROM ${source(table)}`)),
    latest: async (table, column) =>
      Number(await scalar(connection, `SELECT epoch_ms(max(${column})) FROM ${source(table)}`)),
    async slice(table, from, to, weeks) {
      const path = join(folder, `${handles.length}-${from}.csv`);
      const rows = `SELECT * FROM ${source(table)} WHERE file_row_number >= ${from} AND file_row_number < ${to}`;
      // COPY takes no parameters; all that is put in are numbers of ours and paths of ours, quoted.
      const select = table.select.replaceAll('$weeks', String(weeks));
      await connection.run(`COPY (WITH source AS (${rows}) ${select}) TO ${quoted(path)} (FORMAT csv, HEADER false)`);
      const handle = await open(path);
      handles.push(handle);
      // A file without a name goes when it is closed, even if the process is killed.
      await rm(path);
      return handle.createReadStream({ highWaterMark: 2 ** 18 });
    },
    async close() {
      for (const handle of handles) await handle.close();
      connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// The package exports no data files, so they are found beside its code.
const file = (name: string) => join(dirname(requireHere.resolve('vega-datasets')), '../data', name);
const source = (table: SampleTable) => table.read(quoted(file(table.file)));
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

async function scalar(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows()[0]?.[0];
}
