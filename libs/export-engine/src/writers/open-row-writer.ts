import type { CopyFormat } from '#data-sources';
import type { CsvOptions, JsonLinesOptions, OutputOptions, ParquetOptions } from '#domain';
import type { ExportParts } from '../export-request';
import type { ExportPlan } from '../plan/export-plan';
import type { ByteSink } from './byte-sink';
import { CsvWriter } from './csv';
import { JsonLinesWriter } from './json-lines';
import { ParquetWriter } from './parquet';
import type { RowWriter } from './row-writer';

/** The formats whose files are made by a `RowWriter`. */
export type RowWriterOptions = CsvOptions | JsonLinesOptions | ParquetOptions;

/** Begins a file in one of these formats. The rows are to come in the form that `copyFormatOf` names. */
export async function openRowWriter(
  columns: ExportPlan['columns'],
  options: RowWriterOptions,
  sink: ByteSink,
  parts: Pick<ExportParts, 'signal' | 'scratchRoot'>,
): Promise<RowWriter> {
  switch (options.format) {
    case 'csv':
      return CsvWriter.open(
        columns.map(({ header }) => header),
        options,
        sink,
      );
    case 'jsonl':
      return new JsonLinesWriter(columns, options, sink);
    case 'parquet':
      return ParquetWriter.open({ columns, options, signal: parts.signal, scratchRoot: parts.scratchRoot }, sink);
  }
}

/** How COPY is to write the rows of a report. */
export function copyFormatOf(output: OutputOptions): CopyFormat {
  switch (output.format) {
    case 'csv': {
      const { delimiter, nullText, quoting } = output;
      return { type: 'csv', delimiter, nullText, quoteAll: quoting === 'all' };
    }
    case 'parquet':
      return { type: 'csv', delimiter: ',', nullText: '' };
    case 'xlsx':
    case 'jsonl':
      return { type: 'text' };
  }
}
