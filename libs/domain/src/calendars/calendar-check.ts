import type { BusinessCalendar } from './business-calendar';

/**
 * The calendar that a schedule names, as whoever loads it found it. `none`: nobody looked, since the schedule names none; one
 * that names a calendar all the same counts as absent.
 */
export type CalendarCheck =
  | { readonly status: 'none' | 'absent' | 'removed' }
  | { readonly status: 'active'; readonly calendar: BusinessCalendar };

export const NO_CALENDAR = { status: 'none' } as const satisfies CalendarCheck;

/** What the check found, for whatever reckons with business days; null where no calendar is named or there. */
export function checkedCalendar(check: CalendarCheck): BusinessCalendar | null {
  return check.status === 'active' ? check.calendar : null;
}
