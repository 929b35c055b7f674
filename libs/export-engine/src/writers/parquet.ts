import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParquetOptions } from '#domain';
import { ExportFailure } from '../export-failure';
import type { ByteSink } from './byte-sink';
import { openRestrictedDuckDB } from './duckdb';
import { parquetType, refusedValue, type ParquetColumn } from './parquet-columns';
import { parquetStatement } from './parquet-statement';
import type { Finished, RowWriter } from './row-writer';
import { openScratch, scratchStep, scratchUnavailable, type Scratch } from './scratch';

export interface ParquetJob {
  readonly columns: readonly ParquetColumn[];
  readonly options: ParquetOptions;
  /** Ends the conversion within a second. */
  readonly signal: AbortSignal;
  /** Where scratch folders are made; default: the system's temporary folder. */
  readonly scratchRoot?: string | undefined;
}

/** MiB that DuckDB may take for a file of few columns, and for each column besides: it keeps pages of every one. */
const MEMORY_MIB = 256;
const COLUMN_MEMORY_MIB = 1;
const READ_BYTES = 1024 * 1024;

/**
 * Makes a Parquet file of COPY's CSV (delimiter `,`, NULL as an empty text). The rows go into a scratch file as they come, and
 * DuckDB makes the file of that at the end, in a thread of its own: so a source that dies is found out before, nothing has to
 * wait for another, and the memory is the same for any number of rows.
 */
export class ParquetWriter implements RowWriter {
  private rows = 0;
  private bytes = 0;
  private largestPiece = 0;

  private constructor(
    private readonly job: ParquetJob,
    private readonly sink: ByteSink,
    private readonly scratch: Scratch,
    private readonly csv: FileHandle,
  ) {}

  static async open(job: ParquetJob, sink: ByteSink): Promise<ParquetWriter> {
    const scratch = await openScratch(job.scratchRoot);
    try {
      const csv = await scratchStep(() => open(join(scratch.folder, 'rows.csv'), 'wx', 0o600));
      return new ParquetWriter(job, sink, scratch, csv);
    } catch (error) {
      await scratch.remove();
      throw error;
    }
  }

  /** Of the text that the file will be made of, and mostly be smaller than. */
  get heldBytes(): number {
    return this.bytes;
  }

  async write(rows: Buffer, count: number): Promise<void> {
    this.rows += count;
    this.bytes += rows.length;
    this.largestPiece = Math.max(this.largestPiece, rows.length);
    await scratchStep(() => this.csv.appendFile(rows));
  }

  async finish(): Promise<Finished> {
    await scratchStep(() => this.csv.close());
    const path = join(this.scratch.folder, 'report.parquet');
    await this.convert(path);
    const { signal } = this.job;
    for await (const piece of createReadStream(path, { highWaterMark: READ_BYTES })) {
      signal.throwIfAborted();
      await this.sink.write(piece as Buffer);
    }
    await this.scratch.remove();
    return { warnings: [], sheets: [] };
  }

  async abandon(): Promise<void> {
    await this.csv.close().catch(() => undefined);
    await this.scratch.remove();
  }

  private async convert(path: string): Promise<void> {
    const { columns, options, signal } = this.job;
    const { folder } = this.scratch;
    const database = await openRestrictedDuckDB(folder, MEMORY_MIB + COLUMN_MEMORY_MIB * columns.length);
    try {
      const { rows, bytes, largestPiece } = this;
      const source = { path: join(folder, 'rows.csv'), rows, bytes, largestPiece };
      await database.run(
        parquetStatement({ source, columns, compression: options.compression, path }, database),
        signal,
      );
    } catch (error) {
      throw meaningOf(error, columns);
    } finally {
      database.close();
    }
  }
}

/** What an error of DuckDB means to the report's owner. */
function meaningOf(error: unknown, columns: readonly ParquetColumn[]): unknown {
  const message = messageOf(error);
  const refused = refusedValue(message);
  const column = refused && columns[refused.index];
  if (refused && column) {
    return new ExportFailure(
      'parquet.value_unsupported',
      `The column "${column.header}" holds the value ${refused.value}, which its Parquet type ${parquetType(column)} cannot hold. ` +
        'Give the column the data type string, or leave out such rows.',
      [],
      { cause: error },
    );
  }
  if (message.startsWith('Out of Memory Error')) {
    return new ExportFailure(
      'parquet.rows_too_large',
      'The rows are too large for a Parquet file to be made in the memory that an export may take. Leave out the longest columns, or choose another format.',
      [],
      { cause: error },
    );
  }
  return message.startsWith('IO Error') ? scratchUnavailable('IO error', error) : error;
}

/** Errors that the native library makes need not be of this context's `Error`. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
}
