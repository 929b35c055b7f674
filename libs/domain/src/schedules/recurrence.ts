/** `HH:MM`, 24 hours, wall time of the schedule's zone. */
export type WallTime = string;

/** 1 is Monday, 7 is Sunday (ISO 8601). */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/**
 * When a schedule fires, in the wall time of its zone. A wall time that a clock change leaves out fires at the end of the
 * gap; one that comes twice fires the first time.
 */
export type Recurrence =
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
  /**
   * Five fields: minute, hour, day of month, month, weekday. `L`, `W` and `#` as croner has them. Times on the wall, all of
   * them: several in the same gap fire once together, and a minute step or a `*` for the hour rests in the repeated hour.
   */
  | { readonly type: 'cron'; readonly expression: string };
