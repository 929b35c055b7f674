/** The data source did not answer at all, or not in the time that it has. */
const FAULTS: ReadonlySet<string> = new Set(['data_source.unreachable', 'data_source.timeout']);

/** Failures that a data source can only lead to by answering. */
const ANSWERS: ReadonlySet<string> = new Set([
  'data_source.relation_missing',
  'data_source.column_missing',
  'data_source.permission_denied',
  'data_source.value_invalid',
  'data_source.unsupported',
]);

/** What the failure of an attempt tells of its data source: its fault, an answer nonetheless, or nothing (null). */
export function sourceVerdict(failureCode: string): 'fault' | 'answer' | null {
  if (FAULTS.has(failureCode)) return 'fault';
  return ANSWERS.has(failureCode) ? 'answer' : null;
}
