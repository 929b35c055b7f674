import type { DatasetId, ScheduleId } from '../identifiers';

/** `HH:MM`, 24 hours, wall time of the schedule's zone. */
export type WallTime = string;

/** `YYYY-MM-DDTHH:MM`, wall time of the schedule's zone. */
export type WallDateTime = string;

/** 1 is Monday, 7 is Sunday (ISO 8601). */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** When a schedule fires, in the wall time of its zone. `ClockChanges` tells what becomes of times that a clock change leaves out or repeats. */
export type Recurrence = SimpleRecurrence | IntervalRecurrence | DatesRecurrence | TriggeredRecurrence;

export function isSimple(recurrence: Recurrence): recurrence is SimpleRecurrence {
  return (SIMPLE_RECURRENCES as readonly string[]).includes(recurrence.type);
}

/** Whether it fires when something else happened, and so never by the clock. */
export function isTriggered(recurrence: Recurrence): recurrence is TriggeredRecurrence {
  return recurrence.type === 'after_schedule' || recurrence.type === 'dataset_refreshed';
}

export const SIMPLE_RECURRENCES = ['minutes', 'hourly', 'daily', 'weekly', 'monthly', 'cron'] as const;

export const RECURRENCE_TYPES = [
  ...SIMPLE_RECURRENCES,
  'every_hours',
  'every_days',
  'every_weeks',
  'every_months',
  'every_quarters',
  'every_years',
  'dates',
  'after_schedule',
  'dataset_refreshed',
] as const satisfies readonly Recurrence['type'][];

/** Entries of a list of times, and of one of dates. */
export const MOST_TIMES = 48;
export const MOST_DATES = 500;
/** Largest intervals, of about five years each; of years, ten. */
export const MOST_EVERY = { days: 1830, weeks: 260, months: 60, quarters: 20, years: 10 } as const;

/** The recurrences of the first version of schedules, and the shortest way to say what most people want. */
export type SimpleRecurrence =
  /** Every n minutes of elapsed time, counted from midnight of 2000-01-01 in the zone. 1 to 1,440. */
  | { readonly type: 'minutes'; readonly every: number }
  /**
   * Each hour that really passes, at the minute (0 to 59): twice in an hour that comes twice, not in one that is left out.
   * Where a clock changes by less than an hour, a minute left out fires at the end of the gap, one repeated the first time.
   */
  | { readonly type: 'hourly'; readonly minute: number }
  | { readonly type: 'daily'; readonly time: WallTime }
  | { readonly type: 'weekly'; readonly weekdays: readonly Weekday[]; readonly time: WallTime }
  /** `day` 1 to 31, or `last`. A month that lacks the day fires on its last one. */
  | { readonly type: 'monthly'; readonly day: number | 'last'; readonly time: WallTime }
  /** Five fields: minute, hour, day of month, month, weekday. `L`, `W` and `#` as croner has them. */
  | { readonly type: 'cron'; readonly expression: string };

/**
 * Every n units, at one or several times of each day that matches. Units are counted from the one in which the schedule's
 * `startsAt` lies, in its zone; without a start from 2000-01-01, which is the first day of a year, a quarter and a month, and
 * weeks, which begin on Monday, from 2000-01-03.
 */
export type IntervalRecurrence =
  /** In hours whose number on the wall is a multiple of n (1 to 23), counted anew each day, at the minute; else like `hourly`. */
  | { readonly type: 'every_hours'; readonly every: number; readonly minute: number }
  | { readonly type: 'every_days'; readonly every: number; readonly times: readonly WallTime[] }
  | {
      readonly type: 'every_weeks';
      readonly every: number;
      readonly weekdays: readonly Weekday[];
      readonly times: readonly WallTime[];
    }
  | {
      readonly type: 'every_months';
      readonly every: number;
      readonly on: MonthDay;
      readonly times: readonly WallTime[];
    }
  /** `month` is the quarter's: 1 to 3. */
  | {
      readonly type: 'every_quarters';
      readonly every: number;
      readonly month: number;
      readonly on: MonthDay;
      readonly times: readonly WallTime[];
    }
  /** `month` is the year's: 1 to 12. */
  | {
      readonly type: 'every_years';
      readonly every: number;
      readonly month: number;
      readonly on: MonthDay;
      readonly times: readonly WallTime[];
    };

/** A list of dates with their times. */
export interface DatesRecurrence {
  readonly type: 'dates';
  readonly dates: readonly WallDateTime[];
}

/** Fires when something else happened. Its nominal time is the time at which that happened. */
export type TriggeredRecurrence =
  /** When a job that another schedule requested has succeeded. */
  | { readonly type: 'after_schedule'; readonly scheduleId: ScheduleId }
  /** When someone told that the dataset's data are new. */
  | { readonly type: 'dataset_refreshed'; readonly datasetId: DatasetId };

/** A day of a month. Business days are those that the schedule's calendar has, Monday to Friday without one. */
export type MonthDay =
  /** 1 to 31. A month that lacks the day fires on its last one. */
  | { readonly type: 'day'; readonly day: number }
  /** 0 is the last day, n is n days before it: 0 to 27. */
  | { readonly type: 'last_day'; readonly before: number }
  /** The nth (1 to 5) or the last such weekday. A month that lacks a fifth is passed over. */
  | { readonly type: 'weekday'; readonly weekday: Weekday; readonly nth: number | 'last' }
  /** The nth business day: 1 to 23. A month that has fewer is passed over. */
  | { readonly type: 'business_day'; readonly nth: number }
  /** 0 is the last business day, n is n business days before it: 0 to 22. A month that has fewer is passed over. */
  | { readonly type: 'last_business_day'; readonly before: number };

/** What becomes of times on the wall that a clock change leaves out, and of those that it repeats. */
export interface ClockChanges {
  /** `shift`: they fire once, together, at the end of the gap. `skip`: not at all, which is recorded. */
  readonly skippedTime: 'shift' | 'skip';
  readonly repeatedTime: 'first' | 'second' | 'both';
}
