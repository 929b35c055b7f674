import type { ScheduleDefinition, ScheduleEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, type Statement, type Table } from '../projection/table';
import { putSkippedOccurrences, type SkippedOccurrenceRow } from './skipped-occurrences';

export interface ScheduleRow {
  schedule_id: string;
  template_id: string;
  owner: string;
  name: string;
  definition: ScheduleDefinition;
  /** The kind of recurrence: minutes, hourly, daily, weekly, monthly or cron. */
  schedule_frequency: string;
  time_zone: string;
  priority: string;
  status: 'active' | 'paused' | 'removed';
  pause_note: string | null;
  paused_until: string | null;
  pause_cause: string | null;
  revision: number;
  created_at: string;
  updated_at: string;
}

const SCHEDULES: Table<ScheduleRow> = {
  name: 'schedule',
  key: ['schedule_id'],
  fixed: ['template_id', 'owner', 'created_at'],
  changing: [
    'name',
    'definition',
    'schedule_frequency',
    'time_zone',
    'priority',
    'status',
    'pause_note',
    'paused_until',
    'pause_cause',
    'revision',
    'updated_at',
  ],
  newer: NEWER_REVISION,
};

const NO_PAUSE = { pause_note: null, paused_until: null, pause_cause: null } as const;

export const SCHEDULE_EVENTS: Readonly<Record<ScheduleEvent['type'], true>> = {
  ScheduleDefined: true,
  ScheduleRevised: true,
  SchedulePaused: true,
  ScheduleResumed: true,
  ScheduleRemoved: true,
  OccurrencesSkipped: true,
};

/** What a batch of schedule events does to schedule and skipped_occurrence. */
export function scheduleStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const schedules = new StreamRows<ScheduleRow>();
  const skipped: SkippedOccurrenceRow[] = [];
  for (const recorded of events) {
    const { revision } = recorded;
    const event = toDomainEvent<ScheduleEvent>(recorded);
    const id = event.scheduleId;
    const change = { schedule_id: id, revision, updated_at: event.at };
    switch (event.type) {
      case 'ScheduleDefined':
        schedules.make(id, {
          ...change,
          ...contents(event.definition),
          template_id: event.templateId,
          owner: event.owner,
          status: 'active',
          ...NO_PAUSE,
          created_at: event.at,
        });
        break;
      case 'ScheduleRevised':
        schedules.change(id, { ...change, ...contents(event.definition) });
        break;
      case 'SchedulePaused':
        schedules.change(id, {
          ...change,
          status: 'paused',
          pause_note: event.note,
          paused_until: event.until,
          pause_cause: event.cause,
        });
        break;
      case 'ScheduleResumed':
        schedules.change(id, { ...change, status: 'active', ...NO_PAUSE });
        break;
      case 'ScheduleRemoved':
        schedules.change(id, { ...change, status: 'removed', ...NO_PAUSE });
        break;
      case 'OccurrencesSkipped':
        schedules.change(id, { schedule_id: id, revision });
        skipped.push({
          event_id: recorded.id,
          schedule_id: id,
          from_time: event.from,
          to_time: event.to,
          occurrence_count: event.count,
          reason: event.reason,
          skipped_at: event.at,
        });
        break;
    }
  }
  return [...schedules.statements(schema, SCHEDULES), ...putSkippedOccurrences(schema, skipped)];
}

function contents(definition: ScheduleDefinition) {
  return {
    name: definition.name,
    definition,
    schedule_frequency: definition.recurrence.type,
    time_zone: definition.timeZone,
    priority: definition.priority,
  };
}
