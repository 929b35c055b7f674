import type { DomainRefusal } from '#event-sourcing';
import type { CalendarCheck } from '../calendars/calendar-check';
import type { CalendarId, Instant, ScheduleId, TemplateId, TimeZone, UserId } from '../identifiers';
import type { DefinitionProblem } from '../reports/definition-problem';
import type { ClockChanges, Recurrence } from './recurrence';

export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface ScheduleDefinition {
  readonly name: string;
  readonly recurrence: Recurrence;
  readonly timeZone: TimeZone;
  /** No occurrence before this, if set. */
  readonly startsAt: Instant | null;
  /** No occurrence after this, if set. */
  readonly endsAt: Instant | null;
  readonly priority: Priority;
  /** How late an occurrence may still be requested after an outage, in minutes; older ones are skipped. 0 to 10,080. */
  readonly catchUpMinutes: number;
  /** Which of those that an outage delayed, and the window still allows, are requested. */
  readonly catchUp: CatchUpPolicy;
  readonly clockChanges: ClockChanges;
  /** The holidays that it minds. Null: it minds none, and business days are Monday to Friday. */
  readonly calendar: CalendarUse | null;
  /** How many occurrences it has at most, counted from its definition; null for no limit. */
  readonly maxRuns: number | null;
  /** What becomes of an occurrence that falls due while a job of the same schedule has not ended. */
  readonly overlap: OverlapPolicy;
  /** Each job starts up to so many seconds late, by a delay that is fixed for schedule and nominal time. 0 to 3,600. */
  readonly jitterSeconds: number;
  /** So many jobs in a row that fail pause the schedule; null: none do. 1 to 100. */
  readonly pauseAfterFailures: number | null;
}

/** What a schedule is unless it says otherwise. */
export const PLAIN_SCHEDULE = {
  catchUp: 'all',
  clockChanges: { skippedTime: 'shift', repeatedTime: 'first' },
  calendar: null,
  maxRuns: null,
  overlap: 'allow',
  jitterSeconds: 0,
  pauseAfterFailures: null,
} as const satisfies Partial<ScheduleDefinition>;

export const CATCH_UP_POLICIES = ['all', 'latest', 'none'] as const;
export type CatchUpPolicy = (typeof CATCH_UP_POLICIES)[number];

/**
 * `allow`: both run. `skip`: it is left out. `queue_one`: it waits for the other to end, unless one waits already. `queue_all`: it
 * waits. `cancel_running`: the others are cancelled.
 */
export const OVERLAP_POLICIES = ['allow', 'skip', 'queue_one', 'queue_all', 'cancel_running'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** What becomes of an occurrence on a day that is no business day of the calendar. */
export const HOLIDAY_POLICIES = ['run', 'skip', 'previous_business_day', 'next_business_day'] as const;
export type HolidayPolicy = (typeof HOLIDAY_POLICIES)[number];

export interface CalendarUse {
  readonly calendarId: CalendarId;
  readonly onHoliday: HolidayPolicy;
}

/** Problems of the template at schedule time, found by whoever loads it; an empty list when it may be scheduled. */
export interface TemplateCheck {
  readonly status: 'absent' | 'active' | 'archived';
  readonly problems: readonly DefinitionProblem[];
}

/** What a triggered schedule waits for, as whoever loads it found it. `none`: nobody looked, since it goes by the clock. */
export type TriggerCheck = 'none' | 'known' | 'unknown' | 'cycle';

export type ScheduleCommand =
  | {
      readonly type: 'DefineSchedule';
      readonly scheduleId: ScheduleId;
      readonly templateId: TemplateId;
      readonly owner: UserId;
      readonly definition: ScheduleDefinition;
      readonly template: TemplateCheck;
      readonly calendar: CalendarCheck;
      readonly trigger: TriggerCheck;
      readonly at: Instant;
    }
  | {
      readonly type: 'ReviseSchedule';
      readonly scheduleId: ScheduleId;
      readonly definition: ScheduleDefinition;
      readonly template: TemplateCheck;
      readonly calendar: CalendarCheck;
      readonly trigger: TriggerCheck;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'PauseSchedule';
      readonly scheduleId: ScheduleId;
      readonly note: string | null;
      readonly until: Instant | null;
      readonly cause: PauseCause;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'ResumeSchedule';
      readonly scheduleId: ScheduleId;
      readonly template: TemplateCheck;
      readonly calendar: CalendarCheck;
      readonly by: UserId;
      readonly at: Instant;
    }
  | { readonly type: 'RemoveSchedule'; readonly scheduleId: ScheduleId; readonly by: UserId; readonly at: Instant }
  /** From the scheduler: a stretch of occurrences that will not be requested. */
  | {
      readonly type: 'SkipOccurrences';
      readonly scheduleId: ScheduleId;
      readonly from: Instant;
      readonly to: Instant;
      readonly count: number;
      readonly reason: SkipReason;
      readonly at: Instant;
    };

/** `failures`: too many jobs in a row have failed. */
export const PAUSE_CAUSES = ['by_hand', 'failures'] as const;
export type PauseCause = (typeof PAUSE_CAUSES)[number];

export interface SchedulePause {
  readonly note: string | null;
  /** When it resumes by itself; null: when somebody resumes it. */
  readonly until: Instant | null;
  readonly cause: PauseCause;
}

/**
 * `missed`: due longer ago than the catch-up window allows. `catch_up`: late, and left out by the catch-up policy. `overlap`: a job
 * of the same schedule had not ended. `holiday`: no business day. `clock_change`: no such time came that day.
 */
export const SKIP_REASONS = [
  'missed',
  'catch_up',
  'overlap',
  'holiday',
  'clock_change',
  'template_archived',
  'template_invalid',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export type ScheduleEvent =
  | {
      readonly type: 'ScheduleDefined';
      readonly scheduleId: ScheduleId;
      readonly templateId: TemplateId;
      readonly owner: UserId;
      readonly definition: ScheduleDefinition;
      readonly at: Instant;
    }
  | {
      readonly type: 'ScheduleRevised';
      readonly scheduleId: ScheduleId;
      readonly definition: ScheduleDefinition;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'SchedulePaused';
      readonly scheduleId: ScheduleId;
      readonly note: string | null;
      /** When it resumes by itself; null: when somebody resumes it. */
      readonly until: Instant | null;
      readonly cause: PauseCause;
      readonly by: UserId;
      readonly at: Instant;
    }
  | { readonly type: 'ScheduleResumed'; readonly scheduleId: ScheduleId; readonly by: UserId; readonly at: Instant }
  | { readonly type: 'ScheduleRemoved'; readonly scheduleId: ScheduleId; readonly by: UserId; readonly at: Instant }
  | {
      readonly type: 'OccurrencesSkipped';
      readonly scheduleId: ScheduleId;
      readonly from: Instant;
      readonly to: Instant;
      readonly count: number;
      readonly reason: SkipReason;
      readonly at: Instant;
    };

export type ScheduleState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'paused' | 'removed';
      readonly scheduleId: ScheduleId;
      readonly templateId: TemplateId;
      readonly owner: UserId;
      readonly definition: ScheduleDefinition;
      /** Nothing is due at or before this: the last define, revise or resume. */
      readonly effectiveFrom: Instant;
      /** Why it rests; null unless it is paused. */
      readonly pause: SchedulePause | null;
      /** End of the last stretch that was skipped, so that a repeated command finds itself. */
      readonly skippedTo: Instant | null;
    };

export interface RecurrenceProblem {
  readonly code:
    | 'recurrence.invalid'
    | 'recurrence.never_fires'
    | 'recurrence.seconds_not_allowed'
    | 'recurrence.unknown_schedule'
    | 'recurrence.unknown_dataset'
    | 'recurrence.cycle'
    | 'time_zone.unknown'
    | 'window.ends_before_start'
    | 'window.ended'
    | 'catch_up.out_of_range'
    | 'calendar.missing'
    | 'calendar.removed'
    | 'max_runs.out_of_range'
    | 'jitter.out_of_range'
    | 'jitter.too_long'
    | 'pause_after_failures.out_of_range'
    | 'schedule.too_frequent';
  /** JSON pointer into the schedule's definition. */
  readonly pointer: string;
  readonly message: string;
}

export type ScheduleRefusal =
  | (DomainRefusal & {
      readonly code:
        | 'schedule.exists'
        | 'schedule.missing'
        | 'schedule.removed'
        | 'pause.until_passed'
        | 'template.missing'
        | 'template.archived';
    })
  | { readonly code: 'schedule.invalid'; readonly problems: readonly RecurrenceProblem[] }
  | { readonly code: 'template.invalid'; readonly problems: readonly DefinitionProblem[] };
