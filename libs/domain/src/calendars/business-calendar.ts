import type { Weekday } from '../schedules/recurrence';

/** Which days are business days: all but the weekend's weekdays and the holidays. */
export interface BusinessCalendar {
  readonly weekend: readonly Weekday[];
  /** `YYYY-MM-DD` each. */
  readonly holidays: ReadonlySet<string>;
}

/** Where no calendar is named: Monday to Friday. */
export const MONDAY_TO_FRIDAY: BusinessCalendar = { weekend: [6, 7], holidays: new Set() };
