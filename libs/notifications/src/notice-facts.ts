import type {
  DataSourceId,
  DeliveryId,
  DestinationOptions,
  Instant,
  JobId,
  LongRun,
  NoticeKind,
  ScheduleId,
  TimeZone,
} from '#domain';

/** Of a run of a report. */
interface RunFacts {
  /** Name of the template, or of the dataset of a standard export. */
  readonly report: string;
  readonly jobId: JobId;
  readonly nominalTime: Instant;
  readonly timeZone: TimeZone;
}

interface FilesFacts extends RunFacts {
  readonly rows: number;
  readonly files: number;
  readonly expiresAt: Instant;
}

/** What the texts say of each kind, as the events had it. */
export interface FactsOfKind {
  readonly failed: RunFacts & { readonly code: string; readonly message: string };
  /** The report cannot be made as it is defined: its data have changed, or the template. */
  readonly template_invalid: RunFacts & { readonly message: string };
  readonly delivery_failed: RunFacts & { readonly code: string; readonly message: string } & (
      | {
          /** The report is there, and one who was to get it has not got it. */
          readonly deliveryId: DeliveryId;
          /** Null for a mail, whose addresses are nobody's business here. */
          readonly destination: { readonly name: string; readonly kind: DestinationOptions['kind'] } | null;
          /** Made in all. */
          readonly attempts: number;
        }
      | {
          /** The report is a list, and so many of those who stand in it get no report of their own; null: nobody gets one. */
          readonly deliveryId: null;
          readonly leftOut: number | null;
        }
    );
  readonly schedule_paused: {
    readonly schedule: string;
    readonly scheduleId: ScheduleId;
    readonly at: Instant;
    readonly timeZone: TimeZone;
    readonly failures: number | null;
  };
  readonly circuit_opened: {
    /** Its name. */
    readonly dataSource: string;
    readonly dataSourceId: DataSourceId;
    /** Of the last failure. */
    readonly code: string;
    /** In a row. */
    readonly failures: number;
    readonly until: Instant;
  };
  /** A job waits for a worker longer than it should. */
  readonly stalled: RunFacts & {
    /** Begun so far. */
    readonly attempts: number;
    readonly waitingSince: Instant;
  };
  readonly running_long: RunFacts & LongRun & { readonly attempt: number };
  readonly completed_with_warnings: FilesFacts & { readonly warnings: readonly string[] };
  readonly output_expiring: FilesFacts;
  readonly completed: FilesFacts;
}

/** Something to be told, with its kind. */
export type NoticeFacts = { [Kind in NoticeKind]: { readonly kind: Kind } & FactsOfKind[Kind] }[NoticeKind];
