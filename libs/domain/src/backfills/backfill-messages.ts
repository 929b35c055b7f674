import type { DomainRefusal } from '#event-sourcing';
import type { BusinessCalendar } from '../calendars/business-calendar';
import type { BackfillId, Instant, ScheduleId, TemplateId, TimeZone, UserId } from '../identifiers';
import type { DefinitionProblem } from '../reports/definition-problem';
import type { Priority, ScheduleState, TemplateCheck } from '../schedules/schedule-messages';

/** Occurrences of one backfill. */
export const MOST_BACKFILLED = 10_000;
/** Jobs of a backfill that have not ended at the same time. */
export const MOST_AT_A_TIME = 20;
/** Where a range may begin. Earlier clocks showed the mean time of their town, which differs from UTC by odd seconds. */
export const EARLIEST_BACKFILL: Instant = '1900-01-01T00:00:00.000Z';

export type BackfillCommand =
  | {
      readonly type: 'StartBackfill';
      readonly backfillId: BackfillId;
      readonly schedule: ScheduleState;
      /** Revision of the schedule's stream that `schedule` is the state of. */
      readonly scheduleRevision: number;
      readonly template: TemplateCheck;
      readonly templateRevision: number;
      /** That which the schedule names; null: it names none. */
      readonly calendar: BusinessCalendar | null;
      /** Both ends belong to the range. */
      readonly from: Instant;
      readonly to: Instant;
      /** 1 to `MOST_AT_A_TIME`. */
      readonly concurrency: number;
      readonly priority: Priority;
      readonly note: string | null;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'CancelBackfill';
      readonly backfillId: BackfillId;
      /** Whether jobs that run are cancelled as well, not only those that wait. */
      readonly cancelRunning: boolean;
      readonly cause: CancelCause;
      readonly by: UserId;
      readonly at: Instant;
    }
  /** From the scheduler, once every job has ended. */
  | {
      readonly type: 'CompleteBackfill';
      readonly backfillId: BackfillId;
      readonly outcomes: BackfillOutcomes;
      readonly at: Instant;
    };

/** `schedule_removed`, `template_archived`: it could not go on. */
export type CancelCause = 'by_hand' | 'schedule_removed' | 'template_archived';

/** How many jobs ended how; one that a limit truncated has completed. */
export interface BackfillOutcomes {
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly expired: number;
}

export type BackfillEvent =
  | {
      readonly type: 'BackfillStarted';
      readonly backfillId: BackfillId;
      readonly scheduleId: ScheduleId;
      readonly scheduleRevision: number;
      readonly templateId: TemplateId;
      /** All its reports are made from this one. */
      readonly templateRevision: number;
      /** The schedule's owner, whose jobs they are. */
      readonly owner: UserId;
      readonly from: Instant;
      readonly to: Instant;
      readonly timeZone: TimeZone;
      /** Nominal times, ascending: fixed here, whatever becomes of the schedule, its calendar and the rules of time zones. */
      readonly occurrences: readonly Instant[];
      readonly concurrency: number;
      readonly priority: Priority;
      readonly note: string | null;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'BackfillCancelled';
      readonly backfillId: BackfillId;
      readonly cancelRunning: boolean;
      readonly cause: CancelCause;
      readonly by: UserId;
      readonly at: Instant;
    }
  | ({
      readonly type: 'BackfillCompleted';
      readonly backfillId: BackfillId;
      readonly at: Instant;
    } & BackfillOutcomes);

export const BACKFILL_STATUSES = ['active', 'completed', 'cancelled'] as const;
export type BackfillStatus = (typeof BACKFILL_STATUSES)[number];

export type BackfillState =
  | { readonly status: 'absent' }
  | {
      readonly status: BackfillStatus;
      readonly backfillId: BackfillId;
      readonly scheduleId: ScheduleId;
      readonly templateId: TemplateId;
      readonly owner: UserId;
      readonly from: Instant;
      readonly to: Instant;
      readonly total: number;
      readonly concurrency: number;
      readonly priority: Priority;
      readonly note: string | null;
      /** True once running jobs are cancelled too. */
      readonly cancelRunning: boolean;
    };

export interface BackfillProblem {
  readonly code: 'backfill.range_invalid' | 'backfill.too_many';
  /** JSON pointer into the request. */
  readonly pointer: '/from' | '/to';
  readonly message: string;
}

export type BackfillRefusal =
  | (DomainRefusal & {
      readonly code:
        | 'backfill.exists'
        | 'backfill.under_way'
        | 'backfill.missing'
        | 'backfill.ended'
        | 'backfill.no_clock'
        | 'backfill.nothing_due'
        | 'schedule.missing'
        | 'schedule.removed'
        | 'template.missing'
        | 'template.archived';
    })
  | { readonly code: 'backfill.range_invalid' | 'backfill.too_many'; readonly problems: readonly BackfillProblem[] }
  | { readonly code: 'template.invalid'; readonly problems: readonly DefinitionProblem[] };
