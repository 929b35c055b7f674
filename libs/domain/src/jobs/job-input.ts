import type { DatasetId, Instant, TemplateId, TimeZone } from '../identifiers';
import type { Aggregate, DataType } from '../reports/data-type';
import type { TemplateDefinition } from '../reports/definition';
import type { OutputFormat, OutputOptions } from '../reports/output-options';
import type { ParameterValue, ReportParameter } from '../reports/parameters';

/** A whole dataset with its declared columns. */
export const BATCH_TYPE_STANDARD_EXPORT = 1;
/** A self-service template. */
export const BATCH_TYPE_SELF_SERVICE = 4;
/** Kind of a job. The two above are the product's own; the export engine's registry may have more. */
export type BatchTypeId = number;

/**
 * All that an export needs to know, carried by `JobRequested` and kept as `job_request.job_input`. `dynamicMapping` is the
 * flag by which `processExportRequest` tells a self-service request from a standard export.
 */
export type JobInput = SelfServiceInput | StandardExportInput;

export interface SelfServiceInput {
  readonly templateId: TemplateId;
  readonly dynamicMapping: true;
  readonly dynamicColumns: readonly DynamicColumn[];
  readonly additionalConfig: ExportConfig & {
    readonly templateName: string;
    /** What the parameters were, each with the value that counts; the filter has them in its literals already. */
    readonly parameters: readonly (ParameterValue & Pick<ReportParameter, 'label' | 'dataType'>)[];
  } & Omit<TemplateDefinition, 'columns' | 'parameters' | keyof ExportConfig>;
}

export interface StandardExportInput {
  readonly dynamicMapping: false;
  readonly additionalConfig: ExportConfig;
}

export interface DynamicColumn {
  /** Dataset column; null for a count of rows and for a calculated column. */
  readonly columnName: string | null;
  readonly expression: string | null;
  readonly dataType: DataType;
  readonly header: string;
  readonly format: string | null;
  readonly aggregate: Aggregate | null;
}

export interface ExportConfig {
  readonly datasetId: DatasetId;
  readonly output: OutputOptions;
  /** What relative dates count from: the occurrence's due time, or the time of the request for a run by hand. */
  readonly nominalTime: Instant;
  readonly timeZone: TimeZone;
}

/** What a finished export left: `job_request.job_output`. */
export interface JobOutput {
  readonly files: readonly OutputFile[];
  readonly rows: number;
  /** True when a row limit cut the report. */
  readonly truncated: boolean;
  readonly warnings: readonly OutputWarning[];
  readonly timings: OutputTimings;
  /** Why there are no files although the export succeeded: the template's `deliver`. Null: there are. */
  readonly withheld: 'no_rows' | 'unchanged' | null;
  /** Lower-case hexadecimal SHA-256 of the rows' text, by which the next run tells a change; null where nobody asks. */
  readonly contentSha256: string | null;
}

export interface OutputFile {
  /** Name that a person is offered: `Delayed flights_2026-11-23T0730.csv`. */
  readonly name: string;
  /** Key in the file store: `jobs/<job id>/<attempt>/<name>`. */
  readonly key: string;
  readonly format: OutputFormat;
  readonly mediaType: string;
  readonly rows: number;
  readonly bytes: number;
  /** Lower-case hexadecimal SHA-256 of the bytes. */
  readonly sha256: string;
  /** For XLSX: which rows stand on which sheet, counted from 1, header excluded. */
  readonly sheets: readonly { readonly name: string; readonly fromRow: number; readonly toRow: number }[];
}

export interface OutputWarning {
  readonly code: string;
  readonly message: string;
}

/** Milliseconds. */
export interface OutputTimings {
  readonly planMs: number;
  readonly exportMs: number;
  readonly storeMs: number;
}

/** Which of the product's own batch types an input is of. */
export function batchTypeOf(input: JobInput): BatchTypeId {
  return input.dynamicMapping ? BATCH_TYPE_SELF_SERVICE : BATCH_TYPE_STANDARD_EXPORT;
}
