import type { Readable } from 'node:stream';
import type { OutputFile, OutputWarning, XlsxOptions } from '#domain';
import { firstRows } from '../files/first-rows';
import type { ByteSink } from '../writers/byte-sink';
import { RowCutter } from '../writers/row-cutter';
import { XlsxWriter, type XlsxColumn } from '../writers/xlsx/xlsx';

export interface WorkbookJob {
  /** COPY's text format. */
  readonly source: Readable;
  readonly columns: readonly XlsxColumn[];
  readonly options: XlsxOptions;
  /** Rows after which another sheet begins; default: all rows stand on one. */
  readonly rowsPerSheet?: number;
}

/** A workbook of the writer alone, without plan, limits and store. */
export async function writeWorkbook(
  { source, columns, options, rowsPerSheet = Infinity }: WorkbookJob,
  sink: ByteSink,
): Promise<{ readonly warnings: readonly OutputWarning[]; readonly sheets: OutputFile['sheets'] }> {
  const writer = await XlsxWriter.open({ columns, options }, sink);
  const cutter = new RowCutter('text', Infinity);
  let room = rowsPerSheet;
  for await (const chunk of source) {
    let rows = cutter.push(chunk as Buffer);
    while (rows.length > 0) {
      if (room === 0) {
        await writer.beginSheet(options.sheetName);
        room = rowsPerSheet;
      }
      const { end, count } = firstRows(rows, { rows: room, bytes: Infinity }, 'text');
      await writer.write(rows.subarray(0, end));
      rows = rows.subarray(end);
      room -= count;
    }
  }
  return writer.finish();
}
