import { stream as excel } from 'exceljs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';
import type { DataType, OutputWarning, XlsxOptions } from '#domain';
import { copyTextRows } from './copy-text';
import type { FileSink } from './file-sink';
import type { Written } from './written';
import { CellValues, LONGEST_CELL_TEXT, printable, type CellValue } from './xlsx-values';

export interface XlsxColumn {
  readonly header: string;
  readonly dataType: DataType;
  /** Number format code (ECMA-376 part 1, 18.8.31), or null for the general one. */
  readonly numberFormat: string | null;
}

export interface XlsxJob {
  /** COPY's text format. */
  readonly source: Readable;
  readonly columns: readonly XlsxColumn[];
  readonly options: XlsxOptions;
  readonly maxRows: number;
  readonly onRows: (rows: number) => void;
}

/** Rows of a sheet, less the header. @see ECMA-376 part 1, 18.3.1.73 */
export const MOST_SHEET_ROWS = 1_048_575;

/** Bytes that may wait for compression before the next rows are made. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** Writes a workbook of one sheet with typed cells. */
export async function writeXlsx(job: XlsxJob, sink: FileSink): Promise<Written> {
  const output = sink.asWritable();
  let failure: Error | undefined;
  output.on('error', (error) => {
    failure = error;
    job.source.destroy(error);
  });
  const workbook = new excel.xlsx.WorkbookWriter({ stream: output, useStyles: true, useSharedStrings: false });
  const sheet = addSheet(workbook, job);
  const values = new CellValues();
  const converters = job.columns.map((column) => values.converter(column.dataType));
  const drained = drainOf(sheet);
  let rows = 0;
  let truncated = false;
  for await (const batch of copyTextRows(job.source)) {
    for (const texts of batch) {
      if (rows === job.maxRows) {
        truncated = true;
        break;
      }
      sheet.addRow(texts.map((text, index) => cell(text, converters[index]))).commit();
      rows++;
    }
    job.onRows(rows);
    await drained();
  }
  if (failure) throw failure;
  sheet.commit();
  await Promise.race([workbook.commit(), failed(output)]);
  return {
    rows,
    truncated,
    warnings: cutWarning(values.cutTexts),
    sheets: [{ name: job.options.sheetName, fromRow: 1, toRow: rows }],
  };
}

function cell(text: string | null, convert: ((text: string) => CellValue) | undefined): CellValue {
  return text === null || !convert ? null : convert(text);
}

function addSheet(workbook: excel.xlsx.WorkbookWriter, job: XlsxJob): ReturnType<typeof workbook.addWorksheet> {
  const { options, columns } = job;
  const sheet = workbook.addWorksheet(options.sheetName, {
    views: options.freezeHeader ? [{ state: 'frozen', ySplit: 1 }] : [],
  });
  sheet.columns = columns.map((column) => ({
    width: Math.min(Math.max(column.header.length + 2, 12), 60),
    style: column.numberFormat === null ? {} : { numFmt: column.numberFormat },
  }));
  if (options.autoFilter && columns.length > 0) {
    sheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: 1, column: columns.length } };
  }
  const header = sheet.addRow(columns.map((column) => printable(column.header)));
  header.eachCell((headerCell) => (headerCell.style = { font: { bold: true } }));
  header.commit();
  return sheet;
}

/**
 * The library's sheets take rows without end and hand them to the compressor behind its back. Waits until the compressor has
 * caught up, so that rows do not pile up in memory.
 */
function drainOf(sheet: object): () => Promise<void> {
  const { stream } = sheet as { stream?: { pipes?: readonly Writable[] } };
  return async () => {
    await nextTurn();
    while ((stream?.pipes?.[0]?.writableLength ?? 0) > MOST_WAITING_BYTES) await nextTurn();
  };
}

function failed(output: Writable): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (output.errored) reject(output.errored);
    output.once('error', reject);
  });
}

function cutWarning(cutTexts: number): OutputWarning[] {
  if (cutTexts === 0) return [];
  const message = `${cutTexts} texts were cut to the ${LONGEST_CELL_TEXT} characters that a cell of a spreadsheet can hold.`;
  return [{ code: 'xlsx.text_cut', message }];
}
