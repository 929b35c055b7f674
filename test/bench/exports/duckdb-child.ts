import { DuckDBInstance, quotedString } from '@duckdb/node-api';
import { serveJob } from '../harness/measured-child';
import type { Exported } from './our-export';

export interface DuckDBJob {
  /** CSV with a header. */
  readonly source: string;
  /** Path of the Parquet file. */
  readonly path: string;
}

/** As a person would write it who knows DuckDB: one COPY, types found out by itself, on every core. */
serveJob(async ({ source, path }: DuckDBJob): Promise<Exported> => {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const copy = `COPY (FROM read_csv(${quotedString(source)})) TO ${quotedString(path)} (FORMAT parquet, COMPRESSION zstd)`;
  const result = await connection.run(copy);
  connection.closeSync();
  instance.closeSync();
  return { rows: result.rowsChanged, bytes: 0 };
});
