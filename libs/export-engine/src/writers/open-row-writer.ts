import type { CopyFormat } from '#data-sources';
import type { OutputOptions } from '#domain';
import type { ExportParts } from '../export-request';
import type { ExportPlan } from '../plan/export-plan';
import type { ByteSink } from './byte-sink';
import { CsvWriter } from './csv';
import { JsonLinesWriter } from './json-lines';
import { ParquetWriter } from './parquet';
import type { RowWriter, SheetWriter } from './row-writer';
import { XlsxWriter, type CoverText } from './xlsx/xlsx';

/** A file on its way: its writer, and the same once more where it has sheets. */
export interface OpenedWriter {
  readonly writer: RowWriter;
  readonly sheets: SheetWriter | null;
}

/** What only files with sheets have. */
export interface SheetContent {
  /** Of the first sheet; left out: that of the options. */
  readonly sheetName: string | undefined;
  readonly cover: CoverText | null;
}

/** Begins a file. The rows are to come in the form that `copyFormatOf` names. */
export async function openRowWriter(
  { columns, output, totals }: Pick<ExportPlan, 'columns' | 'output' | 'totals'>,
  sink: ByteSink,
  parts: Pick<ExportParts, 'signal' | 'scratchRoot'>,
  { sheetName, cover }: SheetContent,
): Promise<OpenedWriter> {
  switch (output.format) {
    case 'csv':
      return { writer: await CsvWriter.open(columns, output, sink), sheets: null };
    case 'xlsx': {
      const writer = await XlsxWriter.open({ columns, options: output, totals, cover }, sink, sheetName);
      return { writer, sheets: writer };
    }
    case 'jsonl':
      return { writer: new JsonLinesWriter(columns, output, sink), sheets: null };
    case 'parquet': {
      const { signal, scratchRoot } = parts;
      return {
        writer: await ParquetWriter.open({ columns, options: output, signal, scratchRoot }, sink),
        sheets: null,
      };
    }
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
