import { Inject, Injectable } from '@nestjs/common';
import {
  businessCalendarOf,
  NO_CALENDAR,
  type BusinessCalendar,
  type CalendarCheck,
  type ScheduleDefinition,
} from '#domain';
import { Streams } from '../commands/streams';

/** Finds the calendars that schedules name, as their streams have them now. */
@Injectable()
export class CalendarChecks {
  constructor(@Inject(Streams) private readonly streams: Streams) {}

  async of({ calendar }: Pick<ScheduleDefinition, 'calendar'>): Promise<CalendarCheck> {
    if (calendar === null) return NO_CALENDAR;
    const { state } = await this.streams.calendar(calendar.calendarId);
    if (state.status !== 'active') return { status: state.status };
    return { status: 'active', calendar: businessCalendarOf(state.definition) };
  }

  /** By which a schedule that stands goes on, also after its calendar was removed; null where it names none. */
  async lastOf({ calendar }: Pick<ScheduleDefinition, 'calendar'>): Promise<BusinessCalendar | null> {
    if (calendar === null) return null;
    const { state } = await this.streams.calendar(calendar.calendarId);
    return state.status === 'absent' ? null : businessCalendarOf(state.definition);
  }

  /** Null where it names none, or none that is there. */
  async nameOf({ calendar }: Pick<ScheduleDefinition, 'calendar'>): Promise<string | null> {
    if (calendar === null) return null;
    const { state } = await this.streams.calendar(calendar.calendarId);
    return state.status === 'absent' ? null : state.definition.name;
  }
}
