import type { DataType } from '#domain';
import { MOST_DIGITS, UNDECLARED_SCALE, type Digits } from '../plan/digits';

export interface ParquetColumn {
  readonly header: string;
  readonly dataType: DataType;
  readonly digits: Digits | null;
}

/** DuckDB's name of a column's type, which decides over Parquet's (see `docs/concepts/templates.md`). */
export function parquetType({ dataType, digits }: ParquetColumn): string {
  switch (dataType) {
    case 'string':
    case 'duration':
      return 'VARCHAR';
    case 'integer':
      return digits === null ? 'BIGINT' : decimalType(digits);
    case 'decimal':
    case 'currency':
    case 'percent':
      return decimalType(digits ?? { type: 'fixed', precision: MOST_DIGITS, scale: UNDECLARED_SCALE });
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'uuid':
      return 'UUID';
    case 'json':
    case 'array':
      return 'JSON';
  }
}

function decimalType(digits: Digits): string {
  return digits.type === 'floating' ? 'DOUBLE' : `DECIMAL(${digits.precision},${digits.scale})`;
}

/** Begins the message of the error by which a query tells of a value that its column cannot hold. */
const REFUSAL = 'refused value of column ';
/** Characters of a refused value that a person is shown. */
const SHOWN = 60;

/**
 * The expression by which DuckDB makes a typed value of PostgreSQL's text form. DuckDB rounds digits beyond the scale, and
 * takes a year before Christ for one after it: what would not be held as it is ends the query.
 *
 * @param index of the column, from 0; its text is the column `source.c<index>`
 */
export function valueExpression(column: ParquetColumn, index: number): string {
  const text = `source.c${index}`;
  if (parquetType(column) === 'VARCHAR') return text;
  const refused = `error('${REFUSAL}${index}: ' || left(${text}, ${SHOWN}))`;
  const misread = misreadings(column, text).map((condition) => `WHEN ${condition} THEN ${refused} `);
  const value = `TRY_CAST(${text} AS ${parquetType(column)})`;
  return `CASE WHEN ${text} IS NULL THEN NULL ${misread.join('')}ELSE coalesce(${value}, ${refused}) END`;
}

/** Which texts DuckDB would read as another value. */
function misreadings({ dataType, digits }: ParquetColumn, text: string): string[] {
  switch (dataType) {
    case 'date':
    case 'timestamp':
      return [`suffix(${text}, ' BC')`, `suffix(${text}, 'infinity')`];
    case 'decimal':
    case 'currency':
    case 'percent':
      return digits === null ? [`length(rtrim(split_part(${text}, '.', 2), '0')) > ${UNDECLARED_SCALE}`] : [];
    case 'string':
    case 'integer':
    case 'boolean':
    case 'time':
    case 'duration':
    case 'uuid':
    case 'json':
    case 'array':
      return [];
  }
}

/** The column and the value that a query refused, or null when its error tells of something else. */
export function refusedValue(message: string): { readonly index: number; readonly value: string } | null {
  const found = new RegExp(`${REFUSAL}(\\d+): ([^]*)$`).exec(message);
  return found && { index: Number(found[1]), value: found[2] ?? '' };
}
