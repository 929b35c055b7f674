import type { DomainRefusal } from '#event-sourcing';
import type { DestinationTarget } from '../deliveries/delivery-messages';
import type { Instant, JobId, ScheduleId, TemplateId, UserId } from '../identifiers';
import type { TemplateDefinition } from '../reports/definition';

/** Rows left out that an event names; of further ones their number alone is told. */
export const MOST_NAMED_ROWS = 100;

/** A parameter of the template that is run for each row, and the column of the list that fills it, by its header. */
export interface FilledParameter {
  readonly name: string;
  readonly column: string;
}

/** Where the report of a row goes: the field named as its channel tells, the other one is null. */
export type BurstDelivery = {
  /** As those of a `DeliveryTarget`. */
  readonly subject: string | null;
  readonly text: string | null;
} & (
  | {
      readonly channel: 'email';
      /** `addressColumn` is the list's column with the one address that a row has, by its header. */
      readonly email: { readonly addressColumn: string; readonly attach: boolean };
      readonly destination: null;
    }
  /** Its pattern tells the files of two rows apart. */
  | { readonly channel: 'destination'; readonly email: null; readonly destination: DestinationTarget }
);

/** What becomes of each row of a list. */
export interface BurstDefinition {
  /** Run once for each row. */
  readonly templateId: TemplateId;
  /** Those not named have their defaults. */
  readonly parameters: readonly FilledParameter[];
  readonly delivery: BurstDelivery;
  /** A list with more of them is not expanded at all. */
  readonly mostRows: number;
}

export type BurstPlanCommand =
  | {
      readonly type: 'PlanBurst';
      readonly scheduleId: ScheduleId;
      readonly definition: BurstDefinition;
      /** Of the schedule's template, which makes the list. */
      readonly list: TemplateDefinition;
      /** Of the template that is run for each row. */
      readonly report: TemplateDefinition;
      /** What the settings allow. */
      readonly mostRows: number;
      readonly by: UserId;
      readonly at: Instant;
    }
  | { readonly type: 'WithdrawBurst'; readonly scheduleId: ScheduleId; readonly by: UserId; readonly at: Instant };

export type BurstPlanEvent =
  /** The lists that the schedule makes from now on are expanded so. */
  | {
      readonly type: 'BurstPlanned';
      readonly scheduleId: ScheduleId;
      readonly definition: BurstDefinition;
      readonly by: UserId;
      readonly at: Instant;
    }
  /** Its reports are reports like others from now on. */
  | { readonly type: 'BurstWithdrawn'; readonly scheduleId: ScheduleId; readonly by: UserId; readonly at: Instant };

export type BurstPlanState =
  { readonly status: 'absent' } | { readonly status: 'planned' | 'withdrawn'; readonly definition: BurstDefinition };

export interface BurstProblem {
  readonly code:
    | 'burst.list_format'
    | 'burst.list_withheld'
    | 'burst.column_unknown'
    | 'burst.column_unfit'
    | 'burst.parameter_repeated'
    | 'burst.names_collide'
    | 'burst.limit_exceeded'
    | 'parameter.unknown';
  /** JSON pointer into the definition. */
  readonly pointer: string;
  readonly message: string;
}

export type BurstPlanRefusal =
  | (DomainRefusal & { readonly code: 'burst.missing' })
  | { readonly code: 'burst.invalid'; readonly problems: readonly BurstProblem[] };

/** Why a row got no report: a stable code and a sentence for the schedule's owner, without the address. */
export interface LeftOutRow {
  /** Counted from 1, over all files of the list. */
  readonly row: number;
  readonly code: 'value.missing' | 'value.unparsable' | 'delivery.recipient_invalid' | 'delivery.recipient_forbidden';
  readonly message: string;
}

/** Why nobody gets a report. */
export type BurstFailureCode =
  | 'burst.too_many_rows'
  | 'burst.list_withheld'
  | 'burst.list_format'
  | 'burst.list_gone'
  | 'burst.list_changed'
  | 'burst.list_unreadable'
  | 'burst.column_unknown'
  | 'access.owner_disabled'
  | 'burst.withdrawn'
  | 'template.archived'
  | 'access.template_not_shared'
  | 'parameter.unknown';

interface ListRun {
  /** The job that made the list. */
  readonly jobId: JobId;
  readonly scheduleId: ScheduleId;
  readonly at: Instant;
}

export interface Expansion {
  /** Of the list. */
  readonly rows: number;
  /** Jobs requested: one for each row that was not left out. */
  readonly jobs: number;
  /** The first of them, `MOST_NAMED_ROWS` at most. */
  readonly leftOut: readonly LeftOutRow[];
  readonly leftOutCount: number;
}

export interface BurstFailure {
  readonly code: BurstFailureCode;
  /** A sentence that the schedule's owner can act on. */
  readonly message: string;
}

export type BurstCommand =
  | ({ readonly type: 'ExpandBurst' } & ListRun &
      Pick<Expansion, 'rows' | 'jobs'> & {
        /** All of them, in the order of the list. */
        readonly leftOut: readonly LeftOutRow[];
      })
  | ({ readonly type: 'FailBurst' } & ListRun & BurstFailure);

export type BurstEvent =
  /** A job was requested for each row but those left out. */
  | ({ readonly type: 'BurstExpanded' } & ListRun & Expansion)
  /** Nobody tries it again. Rows have jobs only if a process died on the way, and the next one could not go on. */
  | ({ readonly type: 'BurstFailed' } & ListRun & BurstFailure);

export type BurstState =
  | { readonly status: 'absent' }
  | ({ readonly status: 'expanded'; readonly at: Instant } & Expansion)
  | ({ readonly status: 'failed'; readonly at: Instant } & BurstFailure);
