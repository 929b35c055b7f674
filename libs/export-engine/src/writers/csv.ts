import type { CsvOptions, OutputWarning } from '#domain';
import { neutralised } from '../formula-text';
import type { PlannedColumn } from '../plan/export-plan';
import type { ByteSink, EndedSink } from './byte-sink';
import { compressedSink } from './gzip-sink';
import { GuardedRows } from './guarded-rows';
import { withCarriageReturns } from './line-ends';
import type { Finished, RowWriter } from './row-writer';
import { textEncoder } from './text-encodings';

export type CsvColumn = Pick<PlannedColumn, 'header' | 'isSourceText'>;

/**
 * Makes a CSV file (RFC 4180) of COPY's CSV, which has the delimiter, quoting and null text of the options already. No row
 * becomes an object on the way, so memory stays flat and the database sets the pace.
 */
export class CsvWriter implements RowWriter {
  private readonly encoder;
  /** Null where no value can be taken for a formula, or may be. */
  private readonly guard: GuardedRows | null;

  private constructor(
    columns: readonly CsvColumn[],
    private readonly options: CsvOptions,
    private readonly sink: EndedSink,
  ) {
    const guarded = columns.map(({ isSourceText }) => options.neutraliseFormulas && isSourceText);
    this.guard = guarded.includes(true) ? new GuardedRows(guarded, options) : null;
    this.encoder = textEncoder(options.encoding);
  }

  /** Begins the file, with a header if the options want one. */
  static async open(columns: readonly CsvColumn[], options: CsvOptions, sink: ByteSink): Promise<CsvWriter> {
    const headers = columns.map(({ header }) => header);
    const writer = new CsvWriter(columns, options, compressedSink(sink, options.compression));
    try {
      if (options.byteOrderMark) await writer.sink.write(writer.encoder.byteOrderMark);
      if (options.header) await writer.sink.write(writer.encoder.encode(Buffer.from(headerLine(headers, options))));
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    return writer;
  }

  write(rows: Buffer, count: number): Promise<void> {
    return this.sink.write(this.encoder.encode(this.linesOf(rows, count)));
  }

  private linesOf(rows: Buffer, count: number): Buffer {
    if (this.guard) return this.guard.rewrite(rows, count);
    return this.options.lineEnding === 'crlf' ? withCarriageReturns(rows, count) : rows;
  }

  async finish(): Promise<Finished> {
    await this.sink.finish();
    return { warnings: replacedWarning(this.encoder.replaced, this.options), sheets: [] };
  }

  abandon(): Promise<void> {
    this.sink.abandon();
    return Promise.resolve();
  }
}

function headerLine(headers: readonly string[], options: CsvOptions): string {
  const fields = headers.map((header) => {
    const text = options.neutraliseFormulas ? neutralised(header) : header;
    return options.quoting === 'all' || needsQuotes(text, options) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return fields.join(options.delimiter) + (options.lineEnding === 'crlf' ? '\r\n' : '\n');
}

/** Where COPY would quote. */
function needsQuotes(text: string, options: CsvOptions): boolean {
  return text === options.nullText || text.includes(options.delimiter) || /["\r\n]/.test(text);
}

function replacedWarning(replaced: number, { encoding }: CsvOptions): OutputWarning[] {
  if (replaced === 0) return [];
  const message = `${replaced} characters became question marks, since ${encoding} lacks them.`;
  return [{ code: 'csv.characters_replaced', message }];
}
