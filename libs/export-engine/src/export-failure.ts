import { DataSourceError } from '#data-sources';
import type { DefinitionProblem, JobFailure } from '#domain';
import { FileStoreError } from '#file-store';

/**
 * The only error that leaves the engine. Codes: `template.invalid` (with the problems), `parquet.value_unsupported`,
 * `parquet.rows_too_large`, `export.scratch_unavailable`, `export.cancelled`, `export.failed`,
 * and those of data sources (`data_source.…`) and file stores (`file_store.…`). The message is a sentence that the owner can
 * act on.
 */
export class ExportFailure extends Error implements JobFailure {
  constructor(
    readonly code: string,
    message: string,
    /** True when another try may well succeed. */
    readonly transient: boolean,
    /** For `template.invalid`: all that is wrong. */
    readonly problems: readonly DefinitionProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ExportFailure';
  }
}

export function invalidTemplate(problems: readonly DefinitionProblem[]): ExportFailure {
  const [first, ...more] = problems;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return new ExportFailure(
    'template.invalid',
    `${first?.message ?? 'The template is invalid.'}${others}`,
    false,
    problems,
  );
}

/** What an error means to the report's owner. An aborted signal explains whatever came after it. */
export function asExportFailure(error: unknown, signal: AbortSignal): ExportFailure {
  if (error instanceof ExportFailure) return error;
  if (signal.aborted) {
    return new ExportFailure('export.cancelled', 'The export was stopped before it was finished.', true, [], {
      cause: error,
    });
  }
  if (error instanceof DataSourceError || error instanceof FileStoreError) {
    return new ExportFailure(error.code, error.message, error.transient, [], { cause: error });
  }
  return new ExportFailure('export.failed', 'The export failed for a reason within the system.', false, [], {
    cause: error,
  });
}
