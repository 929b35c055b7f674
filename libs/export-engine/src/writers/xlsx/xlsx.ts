import type { DataType, OutputFile, OutputWarning, XlsxOptions } from '#domain';
import type { ByteSink } from '../byte-sink';
import { sound } from '../copy-fields';
import type { Finished, SheetWriter } from '../row-writer';
import { ZipWriter, type ZipEntry } from '../zip/zip-writer';
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

/** What stands in a workbook. */
export interface XlsxContent {
  /** Those of COPY, in order. */
  readonly columns: readonly XlsxColumn[];
  readonly options: XlsxOptions;
  /** Whether the last row is one of totals, which the filter leaves where it is. Default false. */
  readonly totals?: boolean;
  /** Lines of text for a sheet before the rows, made when these are known; null: there is none. Default null. */
  readonly cover?: CoverText | null;
}

/** @param rows of the file, totals included */
export type CoverText = (rows: number) => readonly (readonly [label: string, text: string])[];

interface OpenSheet {
  readonly name: string;
  readonly entry: ZipEntry;
}

/**
 * Makes a workbook of typed cells (ECMA-376) of COPY's text format. Memory stays flat: some blocks of half a MiB, whatever the
 * number of rows and sheets. The same rows make the same bytes, however they are cut.
 */
export class XlsxWriter implements SheetWriter {
  private readonly rows: RowEncoder;
  private readonly finished: FinishedSheet[] = [];
  private readonly sheets: OutputFile['sheets'][number][] = [];
  private rowsBefore = 0;

  private constructor(
    private readonly content: XlsxContent,
    private readonly styles: Styles,
    private readonly zip: ZipWriter,
    private sheet: OpenSheet,
  ) {
    const kinds = content.columns.map(({ dataType }) => cellKind(dataType));
    this.rows = new RowEncoder(kinds, styles.ofColumns);
  }

  /**
   * Begins with the parts that every workbook has alike, and its first sheet.
   *
   * @param sheetName of the first sheet, one that Excel takes
   */
  static async open(content: XlsxContent, sink: ByteSink, sheetName = content.options.sheetName): Promise<XlsxWriter> {
    const { columns } = content;
    const zip = new ZipWriter(sink);
    const styles = new Styles(columns.map(({ numberFormat }) => numberFormat));
    await zip.add('_rels/.rels', Buffer.from(packageRelationships()));
    await zip.add('xl/styles.xml', Buffer.from(styles.xml()));
    const first = await openSheet({ zip, content, styles, before: 0 }, sheetName);
    return new XlsxWriter(content, styles, zip, first);
  }

  async write(rows: Buffer): Promise<void> {
    const input = sound(rows);
    for (let at = 0; at < input.length;) {
      at = this.rows.encode(input, at);
      if (this.rows.blockIsFull) await this.writeBlock();
    }
  }

  async beginSheet(name: string): Promise<void> {
    await this.endSheet(0);
    const { zip, content, styles, finished } = this;
    const taken = finished.map((sheet) => sheet.name);
    this.sheet = await openSheet({ zip, content, styles, before: finished.length }, nextSheetName(name, taken));
    this.rows.beginSheet();
  }

  async finish(): Promise<Finished> {
    await this.endSheet(this.content.totals ? 1 : 0);
    const { zip, finished } = this;
    const sheets = [...(await this.coverSheet()), ...finished];
    await zip.add('xl/workbook.xml', Buffer.from(workbook(sheets)));
    await zip.add('xl/_rels/workbook.xml.rels', Buffer.from(workbookRelationships(sheets.length)));
    await zip.add('[Content_Types].xml', Buffer.from(contentTypes(sheets.length)));
    await zip.end();
    return { warnings: cutWarning(this.rows.cutTexts), sheets: this.sheets };
  }

  /** It holds memory alone. */
  abandon(): Promise<void> {
    return Promise.resolve();
  }

  /** Its part comes last, since it tells of the rows, but people see it first. */
  private async coverSheet(): Promise<FinishedSheet[]> {
    const lines = this.content.cover?.(this.rowsBefore);
    if (!lines) return [];
    const part = this.finished.length + 1;
    const names = this.finished.map(({ name }) => name);
    await this.zip.add(sheetPart(part), Buffer.from(coverSheetXml(lines)));
    return [{ name: nextSheetName(COVER_SHEET_NAME, names), part, filter: null }];
  }

  private async writeBlock(): Promise<void> {
    await this.sheet.entry.write(this.rows.takeBlock(), this.rows.recycle);
  }

  /** @param unfiltered rows at its end */
  private async endSheet(unfiltered: number): Promise<void> {
    const { content, rows, rowsBefore } = this;
    const { name, entry } = this.sheet;
    const columns = content.columns.length;
    const filter = content.options.autoFilter && columns > 0 ? { columns, rows: rows.rows + 1 - unfiltered } : null;
    await this.writeBlock();
    await entry.write(Buffer.from(sheetEnd(filter)));
    await entry.end();
    this.finished.push({ name, part: this.finished.length + 1, filter });
    this.sheets.push({ name, fromRow: rowsBefore + 1, toRow: rowsBefore + rows.rows });
    this.rowsBefore += rows.rows;
  }
}

interface SheetPlace {
  readonly zip: ZipWriter;
  readonly content: XlsxContent;
  readonly styles: Styles;
  /** Sheets before it. */
  readonly before: number;
}

async function openSheet({ zip, content, styles, before }: SheetPlace, name: string): Promise<OpenSheet> {
  const { columns, options, cover } = content;
  const entry = await zip.open(sheetPart(before + 1), { method: 'deflate' });
  const headers = columns.map(({ header }) => header);
  await entry.write(Buffer.from(sheetBeginning(headers, styles, options, before === 0 && !cover)));
  return { name, entry };
}

function cutWarning(cutTexts: number): OutputWarning[] {
  if (cutTexts === 0) return [];
  const message = `${cutTexts} texts were cut to the ${LONGEST_CELL_TEXT} characters that a cell of a spreadsheet can hold.`;
  return [{ code: 'xlsx.text_cut', message }];
}
