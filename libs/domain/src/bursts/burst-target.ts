import type { DeliveryTarget } from '../deliveries/delivery-messages';
import type { RecipientId } from '../identifiers';
import type { BurstDelivery } from './burst-messages';

/** Where the report of a row goes; null for a mail to nobody. */
export function burstTarget(delivery: BurstDelivery, recipientId: RecipientId | null): DeliveryTarget | null {
  if (delivery.channel === 'destination') return delivery;
  if (recipientId === null) return null;
  const { channel, subject, text, email, destination } = delivery;
  return { channel, subject, text, email: { to: [recipientId], cc: [], bcc: [], attach: email.attach }, destination };
}
