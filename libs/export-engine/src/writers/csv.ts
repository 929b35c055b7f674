import type { Readable } from 'node:stream';
import type { CsvOptions } from '#domain';
import { neutralised } from '../formula-text';
import { CsvLines } from './csv-lines';
import type { FileSink } from './file-sink';
import type { Written } from './written';

export interface CsvJob {
  /** COPY's CSV with the delimiter and null text of the options. */
  readonly source: Readable;
  readonly headers: readonly string[];
  readonly options: CsvOptions;
  readonly maxRows: number;
  /** Called after each piece, with the rows that are written. */
  readonly onRows: (rows: number) => void;
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Writes a CSV file (RFC 4180) from COPY's bytes. No row becomes an object on the way, so memory stays flat and the database
 * sets the pace.
 */
export async function writeCsv(job: CsvJob, sink: FileSink): Promise<Written> {
  const { options } = job;
  const lines = new CsvLines(options.lineEnding, job.maxRows);
  if (options.byteOrderMark) await sink.write(BYTE_ORDER_MARK);
  if (options.header) await sink.write(Buffer.from(headerLine(job.headers, options)));
  for await (const chunk of job.source) {
    await sink.write(lines.push(chunk as Buffer));
    job.onRows(lines.rows);
  }
  return { rows: lines.rows, truncated: lines.truncated, warnings: [], sheets: [] };
}

function headerLine(headers: readonly string[], options: CsvOptions): string {
  const fields = headers.map((header) => {
    const text = options.neutraliseFormulas ? neutralised(header) : header;
    return quotedIfNeeded(text, options);
  });
  return fields.join(options.delimiter) + (options.lineEnding === 'crlf' ? '\r\n' : '\n');
}

/** Quotes where COPY would. */
function quotedIfNeeded(text: string, options: CsvOptions): string {
  const needed = text === options.nullText || text.includes(options.delimiter) || /["\r\n]/.test(text);
  return needed ? `"${text.replaceAll('"', '""')}"` : text;
}
