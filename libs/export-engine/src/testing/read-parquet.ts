import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as DuckDB from '@duckdb/node-api';
import { packageRoot } from '#platform';
import { pythonWith } from '../../../../test/contracts/python-packages';

/** What another program reads from a Parquet file; numbers, times and identifiers as text. */
export interface ParquetContent {
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly rows: readonly (readonly (string | boolean | null)[])[];
}

export interface ArrowContent extends ParquetContent {
  readonly codecs: readonly string[];
  readonly rowGroups: number;
}

const folder = join(packageRoot(), 'libs', 'export-engine', 'src', 'testing', 'pyarrow');
const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;

/** A Python with Apache Arrow, or why there is none on this machine. */
export const arrow = (): ReturnType<typeof pythonWith> => pythonWith(join(folder, 'requirements.txt'));

/** Reads a file with Apache Arrow, an implementation of Parquet of its own. */
export function readWithArrow(python: string, path: string): ArrowContent {
  const { status, stdout, stderr, error } = spawnSync(python, [join(folder, 'read_parquet.py'), path], {
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ArrowContent;
}

const requireHere = createRequire(__filename);

/** Reads a file with DuckDB, every value as DuckDB's text form of it. */
export async function readWithDuckDB(path: string): Promise<ParquetContent> {
  const { DuckDBInstance, quotedIdentifier, quotedString } = requireHere('@duckdb/node-api') as typeof DuckDB;
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${quotedString(path)}`);
    const columns = (described.getRowsJson() as string[][]).map(([name = '', type = '']) => [name, type] as const);
    const texts = columns.map(([name]) => `${quotedIdentifier(name)}::VARCHAR`).join(', ');
    const read = await connection.runAndReadAll(`SELECT ${texts} FROM ${quotedString(path)}`);
    return { columns, rows: read.getRowsJson() as (string | null)[][] };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
