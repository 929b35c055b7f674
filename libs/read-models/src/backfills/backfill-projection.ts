import type { BackfillEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, type Statement, type Table } from '../projection/table';

interface BackfillRow {
  backfill_id: string;
  schedule_id: string;
  schedule_revision: number;
  template_id: string;
  template_revision: number;
  /** The schedule's. */
  owner: string;
  from_time: string;
  to_time: string;
  /** How many occurrences the range has. */
  total: number;
  concurrency: number;
  priority: string;
  note: string | null;
  status: string;
  cancel_running: boolean;
  cancel_cause: string | null;
  cancelled_by: string | null;
  started_by: string;
  started_at: string;
  ended_at: string | null;
  revision: number;
  updated_at: string;
}

const BACKFILLS: Table<BackfillRow> = {
  name: 'backfill',
  key: ['backfill_id'],
  fixed: [
    'schedule_id',
    'schedule_revision',
    'template_id',
    'template_revision',
    'owner',
    'from_time',
    'to_time',
    'total',
    'concurrency',
    'priority',
    'note',
    'started_by',
    'started_at',
  ],
  changing: ['status', 'cancel_running', 'cancel_cause', 'cancelled_by', 'ended_at', 'revision', 'updated_at'],
  newer: NEWER_REVISION,
};

export const BACKFILL_EVENTS: Readonly<Record<BackfillEvent['type'], true>> = {
  BackfillStarted: true,
  BackfillCancelled: true,
  BackfillCompleted: true,
};

/** What a batch of backfill events does to backfill. How far one is follows from its jobs. */
export function backfillStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const backfills = new StreamRows<BackfillRow>();
  for (const recorded of events) {
    const event = toDomainEvent<BackfillEvent>(recorded);
    const change = { backfill_id: event.backfillId, revision: recorded.revision, updated_at: event.at };
    switch (event.type) {
      case 'BackfillStarted':
        backfills.make(event.backfillId, {
          ...change,
          schedule_id: event.scheduleId,
          schedule_revision: event.scheduleRevision,
          template_id: event.templateId,
          template_revision: event.templateRevision,
          owner: event.owner,
          from_time: event.from,
          to_time: event.to,
          total: event.occurrences.length,
          concurrency: event.concurrency,
          priority: event.priority,
          note: event.note,
          status: 'active',
          cancel_running: false,
          cancel_cause: null,
          cancelled_by: null,
          started_by: event.by,
          started_at: event.at,
          ended_at: null,
        });
        break;
      case 'BackfillCancelled':
        backfills.change(event.backfillId, {
          ...change,
          status: 'cancelled',
          cancel_running: event.cancelRunning,
          cancel_cause: event.cause,
          cancelled_by: event.by,
          ended_at: event.at,
        });
        break;
      case 'BackfillCompleted':
        backfills.change(event.backfillId, { ...change, status: 'completed', ended_at: event.at });
        break;
    }
  }
  return backfills.statements(schema, BACKFILLS);
}
