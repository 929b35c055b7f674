import type { BusinessCalendar } from './business-calendar';

/**
 * The calendar that a schedule names, as whoever loads it found it. `none`: nobody looked, since the schedule names none; one
 * that names a calendar all the same counts as absent.
 */
export type CalendarCheck =
  | { readonly status: 'none' | 'absent' | 'removed' }
  | { readonly status: 'active'; readonly calendar: BusinessCalendar };

export const NO_CALENDAR = { status: 'none' } as const satisfies CalendarCheck;
