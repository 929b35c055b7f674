import { sql, type Statement } from '#data-sources';
import type { SortKey, SplitBy } from '#domain';
import type { ColumnSql } from './column-sql';

/** By what the rows of a report are told apart into files or sheets. */
export interface SplitKey {
  /** What people read the value as: a first column of the query. */
  readonly text: Statement;
  /** The value itself. */
  readonly value: Statement;
  /** Keys that bring equal texts together, before those that people sort by. */
  readonly order: readonly Statement[];
}

/**
 * Values come in their own order, or in the direction in which the report is sorted by them; NULL is the last. Values that are
 * equal and yet written in two ways (1.0 and 1.00) are told apart by their text. Of a column with a format the text alone
 * counts, since many values may be written alike: `MMMM` has one December for all years.
 */
export function splitKeyOf(splitBy: SplitBy, columns: readonly ColumnSql[], sort: readonly SortKey[]): SplitKey {
  const column = columns.find(({ planned }) => planned.header === splitBy.header);
  if (!column) throw new RangeError(`No column has the header "${splitBy.header}".`);
  const { value, text, hasFormat } = column;
  const descending = sort.find(({ header }) => header === splitBy.header)?.direction === 'descending';
  const byText = sql`(${text}) COLLATE "C"`;
  const keys = hasFormat ? [byText] : [value, byText];
  return { text, value, order: keys.map((key) => (descending ? sql`${key} DESC NULLS LAST` : key)) };
}
