import type { DeliverySummary } from '#read-models';

/** Addresses of recipients are shown by the plan alone, to those who may change it. */
export function deliveryAnswer({ target, ...delivery }: DeliverySummary) {
  const { channel, email, destination } = target;
  const recipients = email && email.to.length + email.cc.length + email.bcc.length;
  return { ...delivery, channel, recipients, destinationId: destination?.destinationId ?? null };
}
