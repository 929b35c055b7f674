import type { Parcel } from '#delivery-channels';
import type { Instant, NoticeKind, NotificationId } from '#domain';
import type { RenderedMessage } from './render-message';

/** Days that notices are kept, after which a message's link leads to nothing. */
export const NOTICES_KEPT_DAYS = 90;

export interface OutgoingMessage {
  readonly notificationId: NotificationId;
  readonly attempt: number;
  /** The gravest first; none for a test. */
  readonly kinds: readonly NoticeKind[];
  readonly at: Instant;
  /** Where people reach the API. */
  readonly publicUrl: string;
  readonly message: RenderedMessage;
}

/** A message as channels take it: one without files, known by its notification. */
export function messageParcel({ notificationId, attempt, kinds, at, publicUrl, message }: OutgoingMessage): Parcel {
  return {
    deliveryId: notificationId,
    attempt,
    event: `notification.${kinds[0] ?? 'test'}`,
    jobId: notificationId,
    templateName: message.subject,
    reportDate: at.slice(0, 10),
    ...message,
    files: [],
    link: {
      url: `${publicUrl}/v1/notifications`,
      expiresAt: new Date(Date.parse(at) + NOTICES_KEPT_DAYS * 86_400_000),
    },
  };
}

/** The start of links: `PUBLIC_URL`, else where the API listens. */
export function publicUrlOf(settings: {
  readonly PUBLIC_URL?: string | undefined;
  readonly HOST: string;
  readonly PORT: number;
}): string {
  return settings.PUBLIC_URL ?? `http://${settings.HOST}:${settings.PORT}`;
}

/** Where a token of `UnsubscribeLinks` is taken. */
export function unsubscribeUrlOf(publicUrl: string, token: string): string {
  return `${publicUrl}/v1/unsubscribe/${token}`;
}
