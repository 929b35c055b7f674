import type { ParquetCompression } from '#domain';
import type { RestrictedDuckDB } from './duckdb';
import { valueExpression, type ParquetColumn } from './parquet-columns';

export interface ParquetConversion {
  readonly source: {
    readonly path: string;
    readonly rows: number;
    readonly bytes: number;
    /** Bytes that no row exceeds. */
    readonly largestPiece: number;
  };
  readonly columns: readonly ParquetColumn[];
  readonly compression: ParquetCompression;
  /** Where the Parquet file goes. */
  readonly path: string;
}

const CODECS: Readonly<Record<ParquetCompression, string>> = {
  none: 'uncompressed',
  snappy: 'snappy',
  gzip: 'gzip',
  zstd: 'zstd',
};

/** DuckDB's own default; at least one of its vectors. */
const MOST_GROUP_ROWS = 122_880;
const LEAST_GROUP_ROWS = 2_048;
/** Bytes of text of a row group, which is in memory until it is whole. */
const GROUP_BYTES = 32 * 1024 * 1024;
/** DuckDB's own limit of a line, and a buffer that is large enough for it. */
const LINE_BYTES = 2 * 1024 * 1024;
const BUFFER_LINES = 4;

/**
 * The statement that makes a Parquet file of COPY's CSV. It takes no parameters: names and paths are quoted.
 *
 * @see https://duckdb.org/docs/stable/data/csv/overview and https://duckdb.org/docs/stable/data/parquet/overview
 */
export function parquetStatement(
  { source, columns, compression, path }: ParquetConversion,
  { quotedIdentifier, quotedString }: Pick<RestrictedDuckDB, 'quotedIdentifier' | 'quotedString'>,
): string {
  const texts = columns.map((_, index) => `'c${index}': 'VARCHAR'`);
  const values = columns.map((column, index) => {
    return `${valueExpression(column, index)} AS ${quotedIdentifier(column.header)}`;
  });
  const line = Math.max(LINE_BYTES, source.largestPiece);
  const options = [
    `columns = {${texts.join(', ')}}`,
    "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n'",
    "nullstr = '', allow_quoted_nulls = false",
    `max_line_size = ${line}, buffer_size = ${BUFFER_LINES * line}`,
  ];
  return (
    `COPY (SELECT ${values.join(', ')} FROM read_csv(${quotedString(source.path)}, ${options.join(', ')}) AS source) ` +
    `TO ${quotedString(path)} (FORMAT parquet, COMPRESSION ${CODECS[compression]}, ROW_GROUP_SIZE ${groupRows(source)})`
  );
}

function groupRows({ rows, bytes }: ParquetConversion['source']): number {
  const fitting = Math.floor((GROUP_BYTES * rows) / Math.max(bytes, 1));
  return Math.min(MOST_GROUP_ROWS, Math.max(LEAST_GROUP_ROWS, fitting));
}
