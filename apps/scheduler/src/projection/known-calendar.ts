import { businessCalendarOf, type BusinessCalendar, type CalendarEvent, type CalendarId } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';

/** A calendar as the scheduler knows it: a row of `scheduler.calendar`. */
export interface KnownCalendar {
  readonly calendarId: CalendarId;
  /** Revision of the calendar's stream up to which this is known. */
  readonly revision: number;
  readonly calendar: BusinessCalendar;
}

/**
 * After one more event of the calendar's stream. An event seen before changes nothing. A removed calendar stays as it was: a
 * schedule that named it at the same moment goes on by it.
 */
export function withCalendarEvent(known: KnownCalendar | undefined, event: RecordedEvent): KnownCalendar | undefined {
  if (known && event.revision <= known.revision) return known;
  const change = toDomainEvent<CalendarEvent>(event);
  switch (change.type) {
    case 'CalendarDefined':
    case 'CalendarRevised': {
      const { calendarId, definition } = change;
      return { calendarId, revision: event.revision, calendar: businessCalendarOf(definition) };
    }
    case 'CalendarRemoved':
      return known && { ...known, revision: event.revision };
  }
}
