import type { DataSource } from '#data-sources';
import type { DatasetState, DefinitionProblem, JobFailure, JobId, JobInput } from '#domain';
import type { FileStore } from '#file-store';

export interface ExportRequest {
  readonly jobId: JobId;
  /** The attempt's number, from 1; part of the files' keys, so that attempts never touch each other's files. */
  readonly attempt: number;
  readonly input: JobInput;
}

/** What an export works with. */
export interface ExportParts {
  /** State of the dataset that the input names, as of now. */
  readonly dataset: DatasetState;
  readonly dataSources: { get(name: string): DataSource | null };
  readonly fileStore: FileStore;
  /** Ends the export, its query in the database included, within a second. */
  readonly signal: AbortSignal;
  readonly limits: ExportLimits;
  /** Rows and bytes written so far; called a few times a second at most, and once at the end. */
  readonly onProgress: (rows: number, bytes: number) => void;
}

export interface ExportLimits {
  /** The system's row limit; a template's own counts if it is lower. */
  readonly maxRows: number;
  /** Milliseconds that the query may take. */
  readonly timeoutMs: number;
}

/**
 * The only error that leaves the engine. Codes: `template.invalid` (with the problems), `dataset.missing`,
 * `dataset.retired`, `export.cancelled`, `export.failed`, and those of data sources (`data_source.…`) and file stores
 * (`file_store.…`). The message is a sentence that the owner can act on.
 */
export class ExportFailure extends Error implements JobFailure {
  constructor(
    readonly code: string,
    message: string,
    /** True when another try may well succeed. */
    readonly transient: boolean,
    readonly problems: readonly DefinitionProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ExportFailure';
  }
}
