/**
 * What becomes of a failed attempt. `transient`: another try may well succeed, such as when a source does not answer. `permanent`: it
 * fails until somebody mends something, such as a template that no longer fits its table. `limit`: the report is larger or
 * slower than it may be; it can only succeed when there is less of it, or when the source is faster.
 */
export const FAILURE_CLASSES = ['transient', 'permanent', 'limit'] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** Why an attempt failed: a stable code and a sentence that the owner can act on; no stack, no secret. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
  /** True when another try may well succeed: of the class `transient`. */
  readonly transient: boolean;
  readonly class: FailureClass;
}

/** Every code with which an attempt of this release can fail. What throws a failure does not compile with a code that is not here. */
const CLASSES = {
  'template.invalid': 'permanent',

  'access.owner_disabled': 'permanent',
  'access.template_not_shared': 'permanent',

  'data_source.unknown': 'permanent',
  'data_source.unreachable': 'transient',
  'data_source.relation_missing': 'permanent',
  'data_source.column_missing': 'permanent',
  'data_source.permission_denied': 'permanent',
  'data_source.value_invalid': 'permanent',
  'data_source.unsupported': 'permanent',
  'data_source.query_refused': 'permanent',
  'data_source.query_unsupported': 'permanent',
  // The export's own time is over earlier, as `limit.seconds`: what a query of a second could not do now, it may do later.
  'data_source.timeout': 'transient',
  'data_source.cancelled': 'transient',
  'data_source.conflict': 'transient',
  'data_source.exhausted': 'transient',
  'data_source.secret_missing': 'transient',
  'data_source.secret_unreadable': 'permanent',
  'data_source.failed': 'permanent',

  'limit.rows': 'limit',
  'limit.rows_per_file': 'limit',
  'limit.rows_per_sheet': 'limit',
  'limit.bytes_per_file': 'limit',
  'limit.files': 'limit',
  'limit.sheets': 'limit',
  'limit.seconds': 'limit',

  'file_store.full': 'transient',
  'file_store.unavailable': 'transient',
  'file_store.missing': 'permanent',
  'file_store.invalid_key': 'permanent',

  'parquet.value_unsupported': 'permanent',
  'parquet.rows_too_large': 'limit',

  'export.scratch_unavailable': 'transient',
  'export.last_content_unknown': 'transient',
  'export.cancelled': 'transient',
  'export.failed': 'permanent',
  'export.internal': 'permanent',

  'worker.lost': 'transient',
  'worker.stuck': 'transient',
} as const satisfies Record<string, FailureClass>;

export type FailureCode = keyof typeof CLASSES;

export const FAILURE_CODES = Object.keys(CLASSES) as readonly FailureCode[];

export function failureClassOf(code: FailureCode): FailureClass {
  return CLASSES[code];
}

export function jobFailure(code: FailureCode, message: string): JobFailure {
  const failureClass = failureClassOf(code);
  return { code, message, transient: failureClass === 'transient', class: failureClass };
}

/** A failure as events had it before there were classes. What was tried again then counts as transient, whatever its code means now. */
export type FirstFailure = Omit<JobFailure, 'class'>;

export function currentFailure(failure: FirstFailure): JobFailure {
  const { code, transient } = failure;
  const known = Object.hasOwn(CLASSES, code) ? CLASSES[code as FailureCode] : 'permanent';
  return { ...failure, class: transient ? 'transient' : known === 'transient' ? 'permanent' : known };
}
