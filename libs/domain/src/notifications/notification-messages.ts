import type { DomainRefusal } from '#event-sourcing';
import type { DestinationId, Instant, NotificationId, UserId } from '../identifiers';
import type { NoticeKind, NoticeWay } from './notice-kinds';

/** What a message to a person is about. */
export interface NotificationContents {
  readonly notificationId: NotificationId;
  readonly userId: UserId;
  readonly channel: NoticeWay;
  /** Null for a mail, and where the person had none any more. */
  readonly destinationId: DestinationId | null;
  /** Each once, the gravest first. */
  readonly kinds: readonly NoticeKind[];
  /** How many notices it tells of; 0 for a test that somebody asked for. */
  readonly notices: number;
  /** Ids of the events that it tells of, the first 100 where there are more, all that it names among them; none for a test. */
  readonly eventIds: readonly string[];
}

interface Attempt extends NotificationContents {
  /** 1 for the first. */
  readonly attempt: number;
  readonly at: Instant;
}

interface Sent extends Attempt {
  /** What the other side answered, in 200 printable characters at most. */
  readonly answer: string;
  /** By what the other side knows it, such as a Message-ID; null where it has no such thing. */
  readonly reference: string | null;
}

interface Failed extends Attempt {
  readonly code: string;
  readonly message: string;
  /** When it is tried again; null: no more. */
  readonly retryAt: Instant | null;
}

export type NotificationCommand =
  ({ readonly type: 'RecordSent' } & Sent) | ({ readonly type: 'RecordFailure' } & Failed);

export type NotificationEvent =
  ({ readonly type: 'NotificationSent' } & Sent) | ({ readonly type: 'NotificationFailed' } & Failed);

export type NotificationState =
  | { readonly status: 'absent' }
  /** `waiting`: the last attempt failed and another follows. */
  | {
      readonly status: 'waiting' | 'sent' | 'failed';
      readonly attempt: number;
      /** Why the last attempt failed; null where it did not. */
      readonly failure: Pick<Failed, 'code' | 'message'> | null;
    };

export type NotificationRefusal = DomainRefusal & { readonly code: 'notification.attempt_out_of_order' };
