import type { DomainRefusal } from '#event-sourcing';
import type { CalendarId, Instant, ScheduleId, UserId } from '../identifiers';
import type { Weekday } from '../schedules/recurrence';

/** Holidays that one calendar may have, and the years that they may lie in. */
export const MOST_HOLIDAYS = 5_000;
export const FIRST_YEAR = 1970;
export const LAST_YEAR = 2100;

export interface Holiday {
  /** `YYYY-MM-DD`, on the wall of whichever zone a schedule has. */
  readonly date: string;
  readonly name: string;
}

/** What holidays were imported from. Those of these years may have been edited since. */
export interface CalendarSource {
  /** ISO 3166-1: `DE`. */
  readonly country: string;
  /** A part of it (`BY`), or a part of such a part (`BY-A`); null for the country as a whole. */
  readonly region: string | null;
  /** Both belong to it. */
  readonly fromYear: number;
  readonly toYear: number;
}

/** Which days are no business days. In a stream, weekdays and holidays stand in order. */
export interface CalendarDefinition {
  readonly name: string;
  readonly description: string | null;
  /** 0 to 6 weekdays. */
  readonly weekend: readonly Weekday[];
  /** One a date. */
  readonly holidays: readonly Holiday[];
  /** Null when nothing was imported. */
  readonly source: CalendarSource | null;
}

/** The schedules, not removed, that name a calendar, found by whoever loads them. */
export interface CalendarUsers {
  /** Some of them. */
  readonly schedules: readonly { readonly scheduleId: ScheduleId; readonly name: string }[];
  /** How many there are besides. */
  readonly more: number;
}

interface Definition {
  readonly calendarId: CalendarId;
  readonly definition: CalendarDefinition;
  readonly by: UserId;
  readonly at: Instant;
}

interface Removal {
  readonly calendarId: CalendarId;
  readonly by: UserId;
  readonly at: Instant;
}

export type CalendarCommand =
  | ({ readonly type: 'DefineCalendar' } & Definition)
  | ({ readonly type: 'ReviseCalendar' } & Definition)
  | ({ readonly type: 'RemoveCalendar'; readonly users: CalendarUsers } & Removal);

export type CalendarEvent =
  | ({ readonly type: 'CalendarDefined' } & Definition)
  | ({ readonly type: 'CalendarRevised' } & Definition)
  | ({ readonly type: 'CalendarRemoved' } & Removal);

export type CalendarState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'removed';
      readonly calendarId: CalendarId;
      /** The last one; a removed calendar keeps it. */
      readonly definition: CalendarDefinition;
    };

export interface CalendarProblem {
  readonly code:
    | 'weekend.invalid'
    | 'holiday.no_such_date'
    | 'holiday.year_out_of_range'
    | 'holiday.repeated'
    | 'holidays.too_many'
    | 'source.invalid';
  /** JSON pointer into the calendar's definition. */
  readonly pointer: string;
  readonly message: string;
}

export type CalendarRefusal =
  | (DomainRefusal & { readonly code: 'calendar.exists' | 'calendar.missing' | 'calendar.removed' })
  | { readonly code: 'calendar.invalid'; readonly problems: readonly CalendarProblem[] }
  | { readonly code: 'calendar.in_use'; readonly users: CalendarUsers };
