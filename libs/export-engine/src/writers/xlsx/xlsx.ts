import type { Readable } from 'node:stream';
import type { DataType, OutputFile, OutputWarning, XlsxOptions } from '#domain';
import { copyFields } from '../copy-fields';
import type { Written } from '../written';
import { ZipWriter, type ByteSink, type ZipEntry } from '../zip/zip-writer';
import { cellKind } from './cell-kinds';
import { LONGEST_CELL_TEXT } from './cell-values';
import { COVER_SHEET_NAME, coverSheetXml } from './cover-sheet';
import { RowEncoder } from './row-encoder';
import { nextSheetName } from './sheet-names';
import { sheetBeginning, sheetEnd } from './sheet-parts';
import { Styles } from './styles';
import {
  contentTypes,
  packageRelationships,
  sheetPart,
  workbook,
  workbookRelationships,
  type FinishedSheet,
} from './workbook-parts';

export interface XlsxColumn {
  readonly header: string;
  readonly dataType: DataType;
  /** Number format code (ECMA-376 part 1, 18.8.31), or null for the general one. */
  readonly numberFormat: string | null;
}

export interface XlsxJob {
  /** COPY's text format in UTF-8, the columns in order. */
  readonly source: Readable;
  readonly columns: readonly XlsxColumn[];
  readonly options: XlsxOptions;
  /** Rows of the file at most; what goes beyond is cut. */
  readonly maxRows: number;
  /** Rows of a sheet at most, header excluded. Default `MOST_SHEET_ROWS`, which is also the most. */
  readonly rowsPerSheet?: number;
  /** Whether the rows beyond a full sheet are cut or go on in a next one, `Report (2)`. */
  readonly whenSheetIsFull: 'stop' | 'next_sheet';
  /** Whether the last row is one of totals, which the filter leaves where it is. Default false. */
  readonly totals?: boolean;
  /** Lines of text for a sheet before the rows, made when these are known; null: there is none. Default null. */
  readonly cover?: ((written: Pick<Written, 'rows' | 'truncated'>) => readonly (readonly [string, string])[]) | null;
  /** Called now and then, with the rows that are written. */
  readonly onRows: (rows: number) => void;
}

/** Rows of a sheet, less the header. @see ECMA-376 part 1, 18.3.1.73 */
export const MOST_SHEET_ROWS = 1_048_575;

/**
 * Writes a workbook of typed cells (ECMA-376) from COPY's bytes. Memory stays flat: some blocks of half a MiB, whatever the
 * number of rows and sheets. The same rows make the same bytes.
 *
 * Throws what the source or the sink threw, and `RangeError` where a sheet may have no row at all.
 */
export async function writeXlsx(job: XlsxJob, sink: ByteSink): Promise<Written> {
  if (job.rowsPerSheet !== undefined && job.rowsPerSheet < 1) throw new RangeError('A sheet has at least one row.');
  const writer = await WorkbookWriter.begin(job, sink);
  const truncated = await writer.writeRows();
  return { truncated, ...(await writer.end(truncated)) };
}

interface OpenSheet {
  readonly name: string;
  readonly entry: ZipEntry;
}

class WorkbookWriter {
  private readonly rows: RowEncoder;
  private readonly finished: FinishedSheet[] = [];
  private readonly sheets: OutputFile['sheets'][number][] = [];
  private rowsBefore = 0;

  private constructor(
    private readonly job: XlsxJob,
    private readonly styles: Styles,
    private readonly zip: ZipWriter,
    private sheet: OpenSheet,
  ) {
    const kinds = job.columns.map(({ dataType }) => cellKind(dataType));
    this.rows = new RowEncoder(kinds, styles.ofColumns);
  }

  /** Begins with the parts that every workbook has alike, and its first sheet. */
  static async begin(job: XlsxJob, sink: ByteSink): Promise<WorkbookWriter> {
    const zip = new ZipWriter(sink);
    const styles = new Styles(job.columns.map(({ numberFormat }) => numberFormat));
    await zip.add('_rels/.rels', Buffer.from(packageRelationships()));
    await zip.add('xl/styles.xml', Buffer.from(styles.xml()));
    return new WorkbookWriter(job, styles, zip, await openSheet(zip, job, styles, []));
  }

  /** Returns whether there were more rows than may be written. */
  async writeRows(): Promise<boolean> {
    const { job, rows } = this;
    const perSheet = Math.min(job.rowsPerSheet ?? MOST_SHEET_ROWS, MOST_SHEET_ROWS);
    for await (const piece of copyFields(job.source)) {
      for (let at = 0; at < piece.length;) {
        at = rows.encode(piece, at, Math.min(perSheet, job.maxRows - this.rowsBefore));
        if (rows.blockIsFull) await this.writeBlock();
        else if (at < piece.length) {
          const isLast = job.whenSheetIsFull === 'stop' || this.rowsBefore + rows.rows >= job.maxRows;
          if (isLast) return true;
          await this.nextSheet();
        }
      }
      job.onRows(this.rowsBefore + rows.rows);
    }
    return false;
  }

  async end(truncated: boolean): Promise<Omit<Written, 'truncated'>> {
    await this.endSheet(this.job.totals ? 1 : 0);
    const { zip, finished } = this;
    const sheets = [...(await this.coverSheet(truncated)), ...finished];
    await zip.add('xl/workbook.xml', Buffer.from(workbook(sheets)));
    await zip.add('xl/_rels/workbook.xml.rels', Buffer.from(workbookRelationships(sheets.length)));
    await zip.add('[Content_Types].xml', Buffer.from(contentTypes(sheets.length)));
    await zip.end();
    return { rows: this.rowsBefore, warnings: cutWarning(this.rows.cutTexts), sheets: this.sheets };
  }

  /** Its part comes last, since it tells of the rows, but people see it first. */
  private async coverSheet(truncated: boolean): Promise<FinishedSheet[]> {
    const lines = this.job.cover?.({ rows: this.rowsBefore, truncated });
    if (!lines) return [];
    const part = this.finished.length + 1;
    const names = this.finished.map(({ name }) => name);
    await this.zip.add(sheetPart(part), Buffer.from(coverSheetXml(lines)));
    return [{ name: nextSheetName(COVER_SHEET_NAME, names), part, filter: null }];
  }

  private async writeBlock(): Promise<void> {
    await this.sheet.entry.write(this.rows.takeBlock(), this.rows.recycle);
  }

  private async nextSheet(): Promise<void> {
    await this.endSheet(0);
    const names = this.finished.map(({ name }) => name);
    this.sheet = await openSheet(this.zip, this.job, this.styles, names);
    this.rows.beginSheet();
  }

  /** @param unfiltered rows at its end */
  private async endSheet(unfiltered: number): Promise<void> {
    const { job, rows, rowsBefore } = this;
    const { name, entry } = this.sheet;
    const columns = job.columns.length;
    const filter = job.options.autoFilter && columns > 0 ? { columns, rows: rows.rows + 1 - unfiltered } : null;
    await this.writeBlock();
    await entry.write(Buffer.from(sheetEnd(filter)));
    await entry.end();
    this.finished.push({ name, part: this.finished.length + 1, filter });
    this.sheets.push({ name, fromRow: rowsBefore + 1, toRow: rowsBefore + rows.rows });
    this.rowsBefore += rows.rows;
  }
}

/** @param names of the sheets before it */
async function openSheet(zip: ZipWriter, job: XlsxJob, styles: Styles, names: readonly string[]): Promise<OpenSheet> {
  const { options, columns } = job;
  const isSeenFirst = names.length === 0 && !job.cover;
  const entry = await zip.open(sheetPart(names.length + 1), { method: 'deflate' });
  const headers = columns.map(({ header }) => header);
  await entry.write(Buffer.from(sheetBeginning(headers, styles, options, isSeenFirst)));
  return { name: nextSheetName(options.sheetName, names), entry };
}

function cutWarning(cutTexts: number): OutputWarning[] {
  if (cutTexts === 0) return [];
  const message = `${cutTexts} texts were cut to the ${LONGEST_CELL_TEXT} characters that a cell of a spreadsheet can hold.`;
  return [{ code: 'xlsx.text_cut', message }];
}
