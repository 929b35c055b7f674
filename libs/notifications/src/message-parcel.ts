import type { Parcel } from '#delivery-channels';
import type { Instant, NoticeKind, NotificationId } from '#domain';
import type { WebhookNotice } from './destination-messages';
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
  /** What a webhook is told. */
  readonly notice: WebhookNotice;
}

/** A message as channels take it: one without files, known by its notification. */
export function messageParcel(outgoing: OutgoingMessage): Parcel {
  const { notificationId, attempt, kinds, at, publicUrl, message, notice } = outgoing;
  return {
    deliveryId: notificationId,
    attempt,
    event: `notification.${kinds[0] ?? 'test'}`,
    jobId: notificationId,
    templateName: message.subject,
    reportDate: at.slice(0, 10),
    ...message,
    notice: { ...notice },
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
