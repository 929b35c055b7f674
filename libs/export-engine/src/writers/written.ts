import type { OutputFile, OutputWarning } from '#domain';

/** What a writer put into a file. */
export interface Written {
  /** Rows of data, header excluded. */
  readonly rows: number;
  /** True when the report had more rows than it may. */
  readonly truncated: boolean;
  readonly warnings: readonly OutputWarning[];
  readonly sheets: OutputFile['sheets'];
}
