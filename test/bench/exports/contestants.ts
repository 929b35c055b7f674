import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { OutputOptions } from '#domain';
import { packageRoot } from '#platform';
import type { Cleanup } from '../harness/cleanup';
import { runMeasured } from '../harness/measured-child';
import { connectionEnvironment, findPrograms, runProgram } from '../harness/programs';
import type { ExceljsJob } from './exceljs-child';
import { selectRows, type ExportTable } from './export-table';
import type { Exported, OurExport, OurExportJob } from './our-export';

/** One export of one contestant. */
export interface Export {
  readonly rowsPerSecond: number;
  readonly bytes: number;
  /** Peak of resident memory; 0 where nobody told. */
  readonly peakRssMib: number;
}

/** What every contestant works with. */
export interface ExportTask {
  /** Connection URL of the sample database. */
  readonly url: string;
  /** The run's own folder. */
  readonly folder: string;
  readonly table: ExportTable;
  readonly rows: number;
  readonly cleanup: Cleanup;
}

/** @param sheets that the rows are spread over, for a format that has them */
export async function exportByProduct(
  { url, folder, table, rows, cleanup }: ExportTask,
  output: OutputOptions,
  sheets = 1,
): Promise<Export> {
  const rowsPerSheet = sheets === 1 ? null : Math.ceil(rows / sheets);
  const job: OurExportJob = { url, folder: join(folder, 'files'), table, rows, output, rowsPerSheet };
  const { result, milliseconds, peakRssMib } = await runMeasured<OurExport>(
    resolve(__dirname, 'our-export-child.js'),
    job,
    cleanup,
  );
  await rm(job.folder, { recursive: true });
  requireRows(result.rows, rows);
  if (rowsPerSheet !== null && result.sheets !== sheets) {
    throw new Error(`${result.sheets} sheets were written instead of ${sheets}`);
  }
  return { rowsPerSecond: (rows * 1000) / milliseconds, bytes: result.bytes, peakRssMib };
}

/** `psql`'s `\copy` into a file: the fastest ordinary way from a PostgreSQL into a CSV file. */
export async function exportByPsql(
  program: string,
  { url, folder, table, rows, cleanup }: ExportTask,
): Promise<Export> {
  const path = join(folder, 'psql.csv');
  const copy = `\\copy (${selectRows(table, rows)}) TO '${path}' WITH (FORMAT csv, HEADER)`;
  const { milliseconds } = await runProgram(program, ['-X', '-q', '-c', copy], {
    env: connectionEnvironment(url),
    cleanup,
  });
  const { size: bytes } = await stat(path);
  await rm(path);
  return { rowsPerSecond: (rows * 1000) / milliseconds, bytes, peakRssMib: 0 };
}

export async function exportByExceljs(
  { url, folder, table, rows, cleanup }: ExportTask,
  columns: ExceljsJob['columns'],
): Promise<Export> {
  const path = join(folder, 'exceljs.xlsx');
  const job: ExceljsJob = { url, path, select: selectRows(table, rows), columns };
  const { result, milliseconds, peakRssMib } = await runMeasured<Exported>(
    resolve(__dirname, 'exceljs-child.js'),
    job,
    cleanup,
  );
  requireRows(result.rows, rows);
  const { size: bytes } = await stat(path);
  await rm(path);
  return { rowsPerSecond: (rows * 1000) / milliseconds, bytes, peakRssMib };
}

/** Python's XlsxWriter, if it is installed: it has no database in the way, but reads the same rows from a CSV file. */
export class XlsxWriterPeer {
  readonly #python: string;
  readonly #source: string;
  readonly #task: ExportTask;

  private constructor(python: string, source: string, task: ExportTask) {
    this.#python = python;
    this.#source = source;
    this.#task = task;
  }

  static async prepare(task: ExportTask): Promise<XlsxWriterPeer | undefined> {
    const python = await pythonWithXlsxWriter(task.cleanup);
    if (python === undefined) return undefined;
    const source = join(task.folder, 'rows.csv');
    const client = new Client({ connectionString: task.url });
    await client.connect();
    const rows = client.query(copyTo(`COPY (${selectRows(task.table, task.rows)}) TO STDOUT WITH (FORMAT csv)`));
    await pipeline(rows, createWriteStream(source));
    await client.end();
    return new XlsxWriterPeer(python, source, task);
  }

  async measure(): Promise<Export> {
    const { folder, rows, cleanup } = this.#task;
    const path = join(folder, 'xlsxwriter.xlsx');
    const { stdout } = await runProgram(this.#python, [peerScript(), this.#source, path], { cleanup });
    const told = JSON.parse(stdout) as { rows: number; milliseconds: number; peakRssMib: number };
    requireRows(told.rows, rows);
    const { size: bytes } = await stat(path);
    await rm(path);
    return { rowsPerSecond: (rows * 1000) / told.milliseconds, bytes, peakRssMib: told.peakRssMib };
  }
}

/** A Python of a person's own may stand before the one that Debian's packages go to. */
async function pythonWithXlsxWriter(cleanup: Cleanup): Promise<string | undefined> {
  for (const python of findPrograms('python3')) {
    const found = await runProgram(python, ['-c', 'import xlsxwriter'], { cleanup }).catch(() => undefined);
    if (found) return python;
  }
  return undefined;
}

/** In the sources: it is not compiled. */
function peerScript(): string {
  return join(packageRoot(), 'test', 'bench', 'exports', 'xlsxwriter_peer.py');
}

function requireRows(written: number, wanted: number): void {
  if (written !== wanted) throw new Error(`${written} rows were written instead of ${wanted}`);
}
