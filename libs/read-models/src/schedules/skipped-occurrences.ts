import type { SkipReason } from '#domain';
import { putRows, type Statement, type Table } from '../projection/table';

export interface SkippedOccurrenceRow {
  /** Of the event that tells of the skip, on the schedule's stream or on the occurrence's. */
  event_id: string;
  schedule_id: string;
  from_time: string;
  to_time: string;
  occurrence_count: number;
  reason: SkipReason;
  skipped_at: string;
}

const SKIPPED: Table<SkippedOccurrenceRow> = {
  name: 'skipped_occurrence',
  key: ['event_id'],
  fixed: ['schedule_id', 'from_time', 'to_time', 'occurrence_count', 'reason', 'skipped_at'],
  changing: [],
  newer: 'false',
};

export function putSkippedOccurrences(schema: string, rows: readonly SkippedOccurrenceRow[]): readonly Statement[] {
  return rows.length > 0 ? [putRows(schema, SKIPPED, rows)] : [];
}
