import type { FailureCode } from '../jobs/failure-class';

/** What the failure of an attempt tells of its data source: that it is at fault, that it answered nonetheless, or nothing (null). */
export type SourceVerdict = 'fault' | 'answer' | null;

/** Where in doubt, nothing: a fault keeps the jobs of others waiting, an answer sends them to a data source that may be down. */
const VERDICTS: Readonly<Record<FailureCode, SourceVerdict>> = {
  'template.invalid': null,
  'access.owner_disabled': null,
  'access.template_not_shared': null,

  // It did not answer at all, not in the time that it has, or cannot cope: to be left alone helps each of them.
  'data_source.unreachable': 'fault',
  'data_source.timeout': 'fault',
  'data_source.exhausted': 'fault',
  // What only a data source can say that is at work.
  'data_source.relation_missing': 'answer',
  'data_source.column_missing': 'answer',
  'data_source.permission_denied': 'answer',
  'data_source.value_invalid': 'answer',
  'data_source.conflict': 'answer',
  // Found before it is asked.
  'data_source.unknown': null,
  'data_source.unsupported': null,
  'data_source.query_refused': null,
  'data_source.query_unsupported': null,
  'data_source.secret_missing': null,
  'data_source.secret_unreadable': null,
  // Somebody ended the query, or nobody knows what happened.
  'data_source.cancelled': null,
  'data_source.failed': null,

  // More rows came than may be.
  'limit.rows': 'answer',
  'limit.rows_per_file': 'answer',
  'limit.rows_per_sheet': 'answer',
  'limit.bytes_per_file': 'answer',
  'limit.files': 'answer',
  'limit.sheets': 'answer',
  // The time may have passed while files were written.
  'limit.seconds': null,

  'file_store.full': null,
  'file_store.unavailable': null,
  'file_store.missing': null,
  'file_store.invalid_key': null,

  // Of values that came.
  'parquet.value_unsupported': 'answer',
  'parquet.rows_too_large': 'answer',

  'export.scratch_unavailable': null,
  'export.last_content_unknown': null,
  'export.cancelled': null,
  'export.failed': null,
  'export.internal': null,

  'worker.lost': null,
  'worker.stuck': null,
};

/** A code that this release does not know tells nothing. */
export function sourceVerdict(failureCode: string): SourceVerdict {
  return Object.hasOwn(VERDICTS, failureCode) ? VERDICTS[failureCode as FailureCode] : null;
}
