import type { CalendarDefinition, CalendarEvent, CalendarSource, Holiday, Weekday } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, type Statement, type Table } from '../projection/table';

interface CalendarRow {
  calendar_id: string;
  name: string;
  description: string | null;
  weekend: readonly Weekday[];
  holidays: readonly Holiday[];
  source: CalendarSource | null;
  status: 'active' | 'removed';
  revision: number;
  defined_by: string;
  created_at: string;
  updated_at: string;
}

const CALENDARS: Table<CalendarRow> = {
  name: 'calendar',
  key: ['calendar_id'],
  fixed: ['defined_by', 'created_at'],
  changing: ['name', 'description', 'weekend', 'holidays', 'source', 'status', 'revision', 'updated_at'],
  newer: NEWER_REVISION,
};

export const CALENDAR_EVENTS: Readonly<Record<CalendarEvent['type'], true>> = {
  CalendarDefined: true,
  CalendarRevised: true,
  CalendarRemoved: true,
};

/** What a batch of calendar events does to calendar. */
export function calendarStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const calendars = new StreamRows<CalendarRow>();
  for (const recorded of events) {
    const event = toDomainEvent<CalendarEvent>(recorded);
    const id = event.calendarId;
    const change = { calendar_id: id, revision: recorded.revision, updated_at: event.at };
    switch (event.type) {
      case 'CalendarDefined':
        calendars.make(id, {
          ...change,
          ...contents(event.definition),
          status: 'active',
          defined_by: event.by,
          created_at: event.at,
        });
        break;
      case 'CalendarRevised':
        calendars.change(id, { ...change, ...contents(event.definition) });
        break;
      case 'CalendarRemoved':
        calendars.change(id, { ...change, status: 'removed' });
        break;
    }
  }
  return calendars.statements(schema, CALENDARS);
}

function contents({ name, description, weekend, holidays, source }: CalendarDefinition) {
  return { name, description, weekend, holidays, source };
}
