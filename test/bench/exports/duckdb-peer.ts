import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { runMeasured } from '../harness/measured-child';
import type { Export, ExportTask } from './contestants';
import type { DuckDBJob } from './duckdb-child';
import { selectRows } from './export-table';
import type { Exported } from './our-export';

/** DuckDB by itself: it has no database in the way, but reads the same rows from a CSV file. */
export class DuckDBPeer {
  readonly #source: string;
  readonly #task: ExportTask;

  private constructor(source: string, task: ExportTask) {
    this.#source = source;
    this.#task = task;
  }

  static async prepare(task: ExportTask): Promise<DuckDBPeer> {
    const source = join(task.folder, 'flights-for-duckdb.csv');
    const client = new Client({ connectionString: task.url });
    await client.connect();
    const rows = client.query(
      copyTo(`COPY (${selectRows(task.table, task.rows)}) TO STDOUT WITH (FORMAT csv, HEADER)`),
    );
    await pipeline(rows, createWriteStream(source));
    await client.end();
    return new DuckDBPeer(source, task);
  }

  async measure(): Promise<Export> {
    const { folder, rows, cleanup } = this.#task;
    const job: DuckDBJob = { source: this.#source, path: join(folder, 'duckdb.parquet') };
    const { result, milliseconds, peakRssMib } = await runMeasured<Exported>(
      resolve(__dirname, 'duckdb-child.js'),
      job,
      cleanup,
    );
    if (result.rows !== rows) throw new Error(`${result.rows} rows were written instead of ${rows}`);
    const { size: bytes } = await stat(job.path);
    await rm(job.path);
    return { rowsPerSecond: (rows * 1000) / milliseconds, bytes, peakRssMib };
  }
}
