import type { DomainRefusal } from '#event-sourcing';
import type { Instant, ScheduleId, TemplateId, TimeZone, UserId } from '../identifiers';
import type { DefinitionProblem } from '../reports/definition-problem';
import type { Recurrence } from './recurrence';

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
}

/** Problems of the template at schedule time, found by whoever loads it; an empty list when it may be scheduled. */
export interface TemplateCheck {
  readonly status: 'absent' | 'active' | 'archived';
  readonly problems: readonly DefinitionProblem[];
}

export type ScheduleCommand =
  | {
      readonly type: 'DefineSchedule';
      readonly scheduleId: ScheduleId;
      readonly templateId: TemplateId;
      readonly owner: UserId;
      readonly definition: ScheduleDefinition;
      readonly template: TemplateCheck;
      readonly at: Instant;
    }
  | {
      readonly type: 'ReviseSchedule';
      readonly scheduleId: ScheduleId;
      readonly definition: ScheduleDefinition;
      readonly template: TemplateCheck;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'PauseSchedule';
      readonly scheduleId: ScheduleId;
      readonly note: string | null;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'ResumeSchedule';
      readonly scheduleId: ScheduleId;
      readonly template: TemplateCheck;
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

/** `missed`: due longer ago than the catch-up window allows. */
export type SkipReason = 'missed' | 'template_archived' | 'template_invalid';

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
      /** End of the last stretch that was skipped, so that a repeated command finds itself. */
      readonly skippedTo: Instant | null;
    };

export interface RecurrenceProblem {
  readonly code:
    | 'recurrence.invalid'
    | 'recurrence.never_fires'
    | 'recurrence.seconds_not_allowed'
    | 'time_zone.unknown'
    | 'window.ends_before_start'
    | 'window.ended'
    | 'catch_up.out_of_range';
  /** JSON pointer into the schedule's definition. */
  readonly pointer: string;
  readonly message: string;
}

export type ScheduleRefusal =
  | (DomainRefusal & {
      readonly code:
        'schedule.exists' | 'schedule.missing' | 'schedule.removed' | 'template.missing' | 'template.archived';
    })
  | { readonly code: 'schedule.invalid'; readonly problems: readonly RecurrenceProblem[] }
  | { readonly code: 'template.invalid'; readonly problems: readonly DefinitionProblem[] };
