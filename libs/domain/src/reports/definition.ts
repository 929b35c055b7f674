import type { DatasetId } from '../identifiers';
import type { Aggregate, DataType } from './data-type';
import type { FilterNode } from './filter';

/** What a template selects and how the file looks. Plain JSON; stored whole in the template's events. */
export interface TemplateDefinition {
  readonly datasetId: DatasetId;
  readonly columns: readonly ReportColumn[];
  readonly filter: FilterNode | null;
  /**
   * Dataset columns that rows are grouped by. `null`: no grouping, so no column may have an aggregate. `[]`: one row over
   * everything. Every column without an aggregate must be among them.
   */
  readonly groupBy: readonly string[] | null;
  readonly sort: readonly SortKey[];
  /** The most rows a file may hold, or null for the system's limit. A report that meets it is completed with a warning. */
  readonly rowLimit: number | null;
  readonly output: OutputOptions;
}

export interface ReportColumn {
  /** Dataset column; null only for `count`, which then counts rows. */
  readonly column: string | null;
  /** What stands at the head of the file's column. Unique in the template. */
  readonly header: string;
  readonly dataType: DataType;
  /**
   * How the value is written, or null for the type's own form: a pattern of `0`, `#`, `,` and `.` for numbers (`#,##0.00`),
   * of `yyyy MM dd HH mm ss` and separators for dates and times, `Yes/No` for booleans.
   */
  readonly format: string | null;
  readonly aggregate: Aggregate | null;
}

export interface SortKey {
  /** Header of one of the template's columns. */
  readonly header: string;
  readonly direction: 'ascending' | 'descending';
}

export type OutputOptions = CsvOptions | XlsxOptions;
export type OutputFormat = OutputOptions['format'];

interface Retention {
  /** Minutes after completion at which the files are removed, or null for the system's retention. */
  readonly retentionMinutes: number | null;
}

/** RFC 4180 with the choices that it leaves open. */
export interface CsvOptions extends Retention {
  readonly format: 'csv';
  readonly delimiter: ',' | ';' | '\t' | '|';
  readonly lineEnding: 'crlf' | 'lf';
  /** UTF-8 byte order mark, which Excel wants. */
  readonly byteOrderMark: boolean;
  readonly header: boolean;
  /** What stands for NULL; an empty text is then quoted, so the two differ. */
  readonly nullText: string;
  /** Puts an apostrophe before text that a spreadsheet would take for a formula (OWASP: CSV injection). */
  readonly neutraliseFormulas: boolean;
}

/** Office Open XML, ECMA-376 part 1. */
export interface XlsxOptions extends Retention {
  readonly format: 'xlsx';
  /** At most 31 characters, none of `[]:*?/\`. */
  readonly sheetName: string;
  readonly freezeHeader: boolean;
  readonly autoFilter: boolean;
}

export const DEFAULT_CSV: CsvOptions = {
  format: 'csv',
  delimiter: ',',
  lineEnding: 'crlf',
  byteOrderMark: false,
  header: true,
  nullText: '',
  neutraliseFormulas: true,
  retentionMinutes: null,
};

export const DEFAULT_XLSX: XlsxOptions = {
  format: 'xlsx',
  sheetName: 'Report',
  freezeHeader: true,
  autoFilter: true,
  retentionMinutes: null,
};
