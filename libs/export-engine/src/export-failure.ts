import { DataSourceError } from '#data-sources';
import { failureClassOf, type DefinitionProblem, type FailureClass, type FailureCode } from '#domain';
import { FileStoreError } from '#file-store';

/**
 * The only error that leaves the engine. Its code says of which class it is, and so whether it is tried again. The message is a
 * sentence that the owner can act on.
 */
export class ExportFailure extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    /** For `template.invalid`: all that is wrong. */
    readonly problems: readonly DefinitionProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ExportFailure';
  }

  get class(): FailureClass {
    return failureClassOf(this.code);
  }

  /** True when another try may well succeed. */
  get transient(): boolean {
    return this.class === 'transient';
  }
}

export function invalidTemplate(problems: readonly DefinitionProblem[]): ExportFailure {
  const [first, ...more] = problems;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return new ExportFailure('template.invalid', `${first?.message ?? 'The template is invalid.'}${others}`, problems);
}

/** What an error means to the report's owner. An aborted signal explains whatever came after it. */
export function asExportFailure(error: unknown, signal: AbortSignal): ExportFailure {
  if (error instanceof ExportFailure) return error;
  if (signal.aborted) {
    return new ExportFailure('export.cancelled', 'The export was stopped before it was finished.', [], {
      cause: error,
    });
  }
  if (error instanceof DataSourceError || error instanceof FileStoreError) {
    return new ExportFailure(error.code, error.message, [], { cause: error });
  }
  return new ExportFailure('export.failed', 'The export failed for a reason within the system.', [], {
    cause: error,
  });
}
