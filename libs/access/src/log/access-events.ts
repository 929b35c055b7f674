import type { DatasetId, Instant, JobId, RecipientId, TemplateId, UserId } from '#domain';

/**
 * What compliance wants to know beyond decisions: who came in, who was turned away, who read what. Person ids only, no
 * names, no addresses. `count` sums refusals of the same kind, so that a flood of them stays a few events.
 */
export type AccessEvent =
  | { readonly type: 'SignedIn'; readonly userId: UserId; readonly at: Instant }
  | {
      readonly type: 'SignInRefused';
      readonly userId: UserId | null;
      readonly reason: SignInRefusal;
      readonly count: number;
      readonly at: Instant;
    }
  | {
      readonly type: 'AccessRefused';
      readonly userId: UserId | null;
      readonly method: string;
      readonly route: string;
      readonly reason: string;
      readonly count: number;
      readonly at: Instant;
    }
  | {
      readonly type: 'PreviewRead';
      readonly userId: UserId;
      readonly templateId: TemplateId | null;
      readonly datasetId: DatasetId;
      readonly rows: number;
      readonly at: Instant;
    }
  | {
      readonly type: 'FileDownloaded';
      readonly userId: UserId;
      readonly jobId: JobId;
      readonly fileKey: string;
      readonly bytes: number;
      readonly at: Instant;
    }
  | {
      readonly type: 'UserAdded';
      readonly userId: UserId;
      readonly role: string;
      readonly by: UserId;
      readonly at: Instant;
    }
  | { readonly type: 'UserDisabled'; readonly userId: UserId; readonly by: UserId; readonly at: Instant }
  | { readonly type: 'UserEnabled'; readonly userId: UserId; readonly by: UserId; readonly at: Instant }
  /** `maxRows` null: no limit of their own any more. */
  | {
      readonly type: 'UserLimited';
      readonly userId: UserId;
      readonly maxRows: number | null;
      readonly by: UserId;
      readonly at: Instant;
    }
  /** Where notices go; the address itself stands in no event. */
  | { readonly type: 'EmailChanged'; readonly userId: UserId; readonly by: UserId; readonly at: Instant }
  /** An address to which reports were mailed is forgotten; which one, nothing tells any more. */
  | { readonly type: 'RecipientErased'; readonly recipientId: RecipientId; readonly by: UserId; readonly at: Instant }
  | { readonly type: 'PasswordChanged'; readonly userId: UserId; readonly by: UserId; readonly at: Instant };

export type SignInRefusal = 'credentials' | 'too_many_tries';

export type RefusalEvent = Extract<AccessEvent, { type: 'SignInRefused' | 'AccessRefused' }>;

/** A refusal as it happens; how many of its kind an event stands for is known later. */
export type Refusal = RefusalEvent extends infer Event
  ? Event extends RefusalEvent
    ? Omit<Event, 'count'>
    : never
  : never;

/** Whose access it is: the person whom it concerns, or who did it where it concerns no user; null: somebody unknown. */
export function personOf(event: AccessEvent): UserId | null {
  return event.type === 'RecipientErased' ? event.by : event.userId;
}

/** Accesses of a person on a day (UTC) make one stream: `access-<user id>-2026-11-23`. */
export function accessStream(userId: UserId | null, at: Instant): string {
  return `access-${userId ?? 'anonymous'}-${at.slice(0, 10)}`;
}
