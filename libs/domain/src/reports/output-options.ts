export type OutputOptions = CsvOptions | XlsxOptions | JsonLinesOptions | ParquetOptions;
export type OutputFormat = OutputOptions['format'];
export const OUTPUT_FORMATS = ['csv', 'xlsx', 'jsonl', 'parquet'] as const satisfies readonly OutputFormat[];

interface Retention {
  /** Minutes after completion at which the files are removed, or null for the system's retention. */
  readonly retentionMinutes: number | null;
}

/** RFC 4180 with the choices that it leaves open. */
export interface CsvOptions extends Retention {
  readonly format: 'csv';
  readonly delimiter: ',' | ';' | '\t' | '|';
  /** Which values stand in quotes: those that need them, or all but NULL. */
  readonly quoting: 'needed' | 'all';
  readonly lineEnding: 'crlf' | 'lf';
  readonly encoding: CsvEncoding;
  /** Byte order mark, which Excel wants; for the encodings of Unicode. */
  readonly byteOrderMark: boolean;
  readonly header: boolean;
  /** What stands for NULL; an empty text is then quoted, so the two differ. */
  readonly nullText: string;
  /** Puts an apostrophe before text that a spreadsheet would take for a formula (OWASP: CSV injection). */
  readonly neutraliseFormulas: boolean;
  readonly compression: FileCompression;
}

export const CSV_ENCODINGS = ['utf-8', 'utf-16le', 'windows-1252'] as const;
export type CsvEncoding = (typeof CSV_ENCODINGS)[number];

/** The whole file as a gzip member (RFC 1952), its name ending in `.gz`, or as it is. */
export const FILE_COMPRESSIONS = ['none', 'gzip'] as const;
export type FileCompression = (typeof FILE_COMPRESSIONS)[number];

/** Office Open XML, ECMA-376 part 1. */
export interface XlsxOptions extends Retention {
  readonly format: 'xlsx';
  /** At most 31 characters, none of `[]:*?/\`. */
  readonly sheetName: string;
  readonly freezeHeader: boolean;
  readonly autoFilter: boolean;
}

/** A JSON object a line (https://jsonlines.org), its members named by the headers. */
export interface JsonLinesOptions extends Retention {
  readonly format: 'jsonl';
  readonly compression: FileCompression;
}

/** Apache Parquet, its columns typed. */
export interface ParquetOptions extends Retention {
  readonly format: 'parquet';
  /** Codec of the column chunks. */
  readonly compression: ParquetCompression;
}

export const PARQUET_COMPRESSIONS = ['none', 'snappy', 'gzip', 'zstd'] as const;
export type ParquetCompression = (typeof PARQUET_COMPRESSIONS)[number];

export const DEFAULT_CSV: CsvOptions = {
  format: 'csv',
  delimiter: ',',
  quoting: 'needed',
  lineEnding: 'crlf',
  encoding: 'utf-8',
  byteOrderMark: false,
  header: true,
  nullText: '',
  neutraliseFormulas: true,
  compression: 'none',
  retentionMinutes: null,
};

export const DEFAULT_XLSX: XlsxOptions = {
  format: 'xlsx',
  sheetName: 'Report',
  freezeHeader: true,
  autoFilter: true,
  retentionMinutes: null,
};

export const DEFAULT_JSON_LINES: JsonLinesOptions = { format: 'jsonl', compression: 'none', retentionMinutes: null };

export const DEFAULT_PARQUET: ParquetOptions = { format: 'parquet', compression: 'zstd', retentionMinutes: null };
