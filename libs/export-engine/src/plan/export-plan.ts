import type { RelationName, Statement } from '#data-sources';
import type { DataType, DeliveryCondition, OutputOptions, SplitBy } from '#domain';
import type { CoverLine } from './cover-lines';
import type { Digits } from './digits';
import type { Naming } from './file-name';
import type { PlannedLimits } from './limits';

/** How one export runs: one query, and what becomes of its columns. */
export interface ExportPlan {
  readonly dataSource: string;
  /** What the query reads, or null for a dataset that is a query itself. */
  readonly relation: RelationName | null;
  /**
   * Gives one row more than the report may have if there is one, so that a cut can be told; totals count extra. Where the rows
   * are split by a value, that is a first column.
   */
  readonly select: Statement;
  /** Whether the query ends with a row of totals, and a row beyond that one if the report was cut. */
  readonly totals: boolean;
  /** One for each column of the query, in its order, save that first one. */
  readonly columns: readonly PlannedColumn[];
  readonly output: OutputOptions;
  readonly deliver: DeliveryCondition;
  /** What the cover sheet says before the rows are known; null: there is none. */
  readonly cover: readonly CoverLine[] | null;
  /** IANA zone in which the query reads and writes timestamps. */
  readonly timeZone: string;
  readonly limits: PlannedLimits;
  /** What each value of the first column gets of its own; null: nothing, there is no such column. */
  readonly splitInto: SplitBy['into'] | null;
  /** What the names are made of that a person is offered for the files. */
  readonly naming: Naming;
}

export interface PlannedColumn {
  readonly header: string;
  /** For CSV: whether values are text as the source has it, which a spreadsheet may take for formulas. */
  readonly isSourceText: boolean;
  /**
   * Type of the values as the query gives them: `string` for what it formats itself. In typed cells a currency and a percent are
   * decimals, a duration a decimal number of days or a text, an array a text.
   */
  readonly dataType: DataType;
  /** For XLSX: number format code (ECMA-376 part 1, 18.8.31), or null for the general one. */
  readonly numberFormat: string | null;
  /** For Parquet: what is known of its numbers before the query runs; null: nothing, or it has none. */
  readonly digits: Digits | null;
}
