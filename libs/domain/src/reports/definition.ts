import type { DatasetId } from '../identifiers';
import type { Aggregate, DataType } from './data-type';
import type { FilterNode } from './filter';
import type { OutputOptions } from './output-options';
import type { ReportParameter } from './parameters';

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
  /** The most rows of the whole report, or null for the system's limit. `limits.whenReached` says what a longer one becomes. */
  readonly rowLimit: number | null;
  readonly output: OutputOptions;
  /** BCP 47 tag of the language whose separators and names of months values are written with: `en`, `de-CH`. */
  readonly locale: string;
  /** Values that the filter refers to by name and that a run may choose anew. */
  readonly parameters: readonly ReportParameter[];
  readonly layout: ReportLayout;
  readonly limits: ReportLimits;
  /** Null: rows go to one file or sheet until a limit is reached. */
  readonly splitBy: SplitBy | null;
  /** Pattern of the files' names without their ending, such as `{template}_{date}_{part}-of-{parts}`; null for the usual one. */
  readonly fileName: string | null;
  readonly deliver: DeliveryCondition;
}

/** What stands around the rows. */
export interface ReportLayout {
  /** A first column that counts the rows from 1. */
  readonly rowNumbers: boolean;
  /** A last row with the sums of the numeric columns. */
  readonly totals: boolean;
  /** A first sheet that says who made the report when, with which filter, and of how many rows; XLSX only. */
  readonly coverSheet: boolean;
}

/** Limits of a template; the system, the dataset and the user have theirs, and the lowest counts. Null: no own limit. */
export interface ReportLimits {
  readonly rowsPerFile: number | null;
  /** XLSX only; a sheet holds 1,048,575 rows and a header at most. */
  readonly rowsPerSheet: number | null;
  /** Bytes as they are stored. A file may exceed them by the rows that were under way. */
  readonly bytesPerFile: number | null;
  /** Seconds that the export may take. */
  readonly seconds: number | null;
  readonly whenReached: LimitPolicy;
}

/**
 * What becomes of rows beyond a limit. A limit of the whole report cannot be evaded by splitting: it truncates unless the policy
 * is `fail`. A limit of time always fails.
 */
export const LIMIT_POLICIES = ['truncate', 'split_sheets', 'split_files', 'fail'] as const;
export type LimitPolicy = (typeof LIMIT_POLICIES)[number];

/** One file or sheet for each value of a column. */
export interface SplitBy {
  /** Header of one of the template's columns. */
  readonly header: string;
  readonly into: 'files' | 'sheets';
}

/** Whether a run ends in files: always, only with at least one row, or only with other rows than the last time. */
export const DELIVERY_CONDITIONS = ['always', 'if_rows', 'if_changed'] as const;
export type DeliveryCondition = (typeof DELIVERY_CONDITIONS)[number];

export interface ReportColumn {
  /** Dataset column; null for a `count`, which then counts rows, and for a calculated column. */
  readonly column: string | null;
  /** What a calculated column is computed by, in the language of `expression.ts`; else null. */
  readonly expression: string | null;
  /** What stands at the head of the file's column. Unique in the template. */
  readonly header: string;
  readonly dataType: DataType;
  /**
   * How the value is written, or null for the type's own form: a pattern of `0`, `#`, `,` and `.` for numbers (`#,##0.00`),
   * with `%` for percents (`0.0 %`) and with `¤` and a code for currencies (`#,##0.00 ¤EUR`); of fields such as `yyyy`, `MMM`
   * or `HH`, separators and quoted text for dates and times; `[h]:mm:ss` for durations; `Yes/No` for booleans.
   */
  readonly format: string | null;
  readonly aggregate: Aggregate | null;
}

export interface SortKey {
  /** Header of one of the template's columns. */
  readonly header: string;
  readonly direction: 'ascending' | 'descending';
}

/** What a definition has that says no more than is needed. */
export const PLAIN_REPORT = {
  locale: 'en',
  parameters: [],
  layout: { rowNumbers: false, totals: false, coverSheet: false },
  limits: { rowsPerFile: null, rowsPerSheet: null, bytesPerFile: null, seconds: null, whenReached: 'truncate' },
  splitBy: null,
  fileName: null,
  deliver: 'always',
} as const satisfies Partial<TemplateDefinition>;
