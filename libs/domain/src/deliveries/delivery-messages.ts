import type { DomainRefusal } from '#event-sourcing';
import type {
  DeliveryId,
  DestinationId,
  Instant,
  JobId,
  PlanEntryId,
  RecipientId,
  ScheduleId,
  TemplateId,
  UserId,
} from '../identifiers';

/** Who gets a mail, and what goes along. Addresses of people are in no event: they are kept under these ids, and can be erased. */
export interface EmailTarget {
  readonly to: readonly RecipientId[];
  readonly cc: readonly RecipientId[];
  readonly bcc: readonly RecipientId[];
  /** True: the files, below the size that the settings allow. False: the link alone. */
  readonly attach: boolean;
}

export interface DestinationTarget {
  readonly destinationId: DestinationId;
  /** Names of the files over there, such as `daily/{reportDate}/{file}`; null: `{file}`. */
  readonly pattern: string | null;
}

/** Where a report goes: the field named as its channel tells, the other one is null. */
export type DeliveryTarget = {
  /** Null: the template's name and the report's date. `{template}`, `{reportDate}` and `{rows}` are filled in. */
  readonly subject: string | null;
  /** What stands above the link; filled in likewise. Null: a sentence of the product. */
  readonly text: string | null;
} & (
  | { readonly channel: 'email'; readonly email: EmailTarget; readonly destination: null }
  | { readonly channel: 'destination'; readonly email: null; readonly destination: DestinationTarget }
);

/** What was asked for, fixed for the delivery's life. */
export interface DeliveryRequest {
  readonly deliveryId: DeliveryId;
  readonly jobId: JobId;
  /** The job's schedule and the entry of its plan; null for a delivery by hand. */
  readonly scheduleId: ScheduleId | null;
  readonly entryId: PlanEntryId | null;
  readonly templateId: TemplateId | null;
  /** The job's. */
  readonly owner: UserId;
  readonly target: DeliveryTarget;
  /** Attempts in all, at least 1. */
  readonly maxAttempts: number;
  /** No attempt begins after it. */
  readonly deadline: Instant;
}

/** Why an attempt failed: a stable code and a sentence that the owner can act on; no secret, no address of a person. */
export interface DeliveryFailure {
  readonly code: string;
  readonly message: string;
  /** True when another try may well succeed. */
  readonly transient: boolean;
}

/** What the other side said; no secret, no address of a person. */
export interface DeliveryReceipt {
  /** `email`, `s3`, `sftp`, `webhook` or `slack`. */
  readonly channel: string;
  readonly destination: string;
  readonly answer: string;
  readonly reference: string | null;
  /** Of the files that went along. */
  readonly bytes: number;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly reference: string | null }[];
}

interface AttemptEnd {
  readonly deliveryId: DeliveryId;
  /** 1 for the first. The number is the fencing token: one attempt ends once. */
  readonly attempt: number;
  readonly worker: string;
  /** Milliseconds that the attempt took. */
  readonly durationMs: number;
  readonly at: Instant;
}

interface Renewal {
  readonly deliveryId: DeliveryId;
  readonly deadline: Instant;
  readonly by: UserId;
  readonly at: Instant;
}

interface Cancellation {
  readonly deliveryId: DeliveryId;
  readonly by: UserId;
  readonly reason: string | null;
  readonly at: Instant;
}

export type DeliveryCommand =
  | { readonly type: 'RequestDelivery'; readonly request: DeliveryRequest; readonly by: string; readonly at: Instant }
  | ({ readonly type: 'CompleteDelivery'; readonly receipt: DeliveryReceipt } & AttemptEnd)
  /** `retryDelayMs` is how long to wait before another attempt, should one be left and the failure be transient. */
  | ({
      readonly type: 'FailDeliveryAttempt';
      readonly failure: DeliveryFailure;
      readonly retryDelayMs: number;
    } & AttemptEnd)
  | ({ readonly type: 'CancelDelivery' } & Cancellation)
  /** `maxAttempts` are further ones. */
  | ({ readonly type: 'RetryDelivery'; readonly maxAttempts: number } & Renewal);

export type DeliveryEvent =
  | { readonly type: 'DeliveryRequested'; readonly request: DeliveryRequest; readonly by: string; readonly at: Instant }
  | ({ readonly type: 'DeliveryCompleted'; readonly receipt: DeliveryReceipt } & AttemptEnd)
  /** Another attempt follows, not before `retryAt`. */
  | ({
      readonly type: 'DeliveryAttemptFailed';
      readonly failure: DeliveryFailure;
      readonly retryAt: Instant;
    } & AttemptEnd)
  /** The end: no attempt or no time is left, or the failure is permanent. */
  | ({ readonly type: 'DeliveryFailed'; readonly failure: DeliveryFailure } & AttemptEnd)
  | ({ readonly type: 'DeliveryCancelled' } & Cancellation)
  /** By hand, after it had failed or was cancelled. */
  | ({ readonly type: 'DeliveryRetried'; readonly lastAttempt: number } & Renewal);

export const DELIVERY_STATUSES = ['waiting', 'retry_waiting', 'delivered', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export interface ExistingDelivery {
  readonly status: DeliveryStatus;
  readonly request: DeliveryRequest;
  /** Who requested it, and who retried it by hand: people, or the notifier for a planned one. */
  readonly askedBy: readonly string[];
  /** The attempt that ended last; 0 before the first. */
  readonly attempt: number;
  /** The last attempt that there may be. */
  readonly lastAttempt: number;
  readonly deadline: Instant;
  /** When a waiting delivery may be tried again. */
  readonly retryAt: Instant | null;
}

export type DeliveryState = { readonly status: 'absent' } | ExistingDelivery;

export type DeliveryRefusal = DomainRefusal & {
  readonly code:
    | 'delivery.exists'
    | 'delivery.missing'
    | 'delivery.ended'
    | 'delivery.not_ended'
    | 'delivery.arrived'
    | 'delivery.attempt_superseded';
};
