import type { DataSource } from '#data-sources';
import type { BatchTypeId, DatasetState, JobId, JobInput } from '#domain';
import type { FileStore } from '#file-store';
import type { BatchTypes } from './batch-types';

export interface ExportRequest {
  readonly jobId: JobId;
  /** The attempt's number, from 1; part of the files' keys, so that attempts never touch each other's files. */
  readonly attempt: number;
  /** Kind of the job: one of `BatchTypes`. */
  readonly batchTypeId: BatchTypeId;
  readonly input: JobInput;
}

/** What an export works with. */
export interface ExportParts {
  /** State of the dataset that the input names, as of now. */
  readonly dataset: DatasetState;
  readonly dataSources: DataSourceCatalogue;
  readonly fileStore: FileStore;
  /** Ends the export, its query in the database included, within a second. */
  readonly signal: AbortSignal;
  readonly limits: ExportLimits;
  /** The kinds of jobs that there are; default: the product's own. */
  readonly batchTypes?: BatchTypes;
  /** Folder for temporary files of formats that need them; default: the system's (`TMPDIR`). */
  readonly scratchRoot?: string;
  /** Whose report it is, for a cover sheet. Left out: it does not say. */
  readonly ownerName?: string;
  /**
   * SHA-256 of the rows that this report delivered last, null if never; asked once, after the rows, and only by a template that
   * delivers if they have changed. Left out: nothing was.
   */
  readonly lastContent?: () => Promise<string | null>;
  /** Rows and bytes written so far; called a few times a second at most, and once at the end. */
  readonly onProgress: (rows: number, bytes: number) => void;
  /**
   * The export has come a step further that shows in no row: it is planned, its query is sent, all rows are read, a file is
   * stored. The next sign of life may take `quietMs` milliseconds: a query may work as long as its database lets it.
   */
  readonly onStep?: (quietMs: number) => void;
}

/** Finds a data source by its name; `DataSources` is one. */
export interface DataSourceCatalogue {
  /** Null when there is none. Throws `DataSourceError` only. */
  get(name: string): Promise<DataSource | null>;
}

export interface ExportLimits {
  /** The system's limit of rows; lower ones of the dataset, the user and the template count instead. */
  readonly maxRows: number;
  /** The most rows of a report of the job's owner; left out or null: no limit of their own. */
  readonly userMaxRows?: number | null | undefined;
  /** The system's limits of rows and of bytes of a file; left out: none. */
  readonly maxRowsPerFile?: number | undefined;
  readonly maxBytesPerFile?: number | undefined;
  /** The most files of a report, and sheets of a file. Default 1,000. */
  readonly maxFiles?: number | undefined;
  /** Milliseconds that the export may take. */
  readonly timeoutMs: number;
}
