import type { DeliveryRequest, DeliveryTarget } from '../deliveries/delivery-messages';
import type { DestinationDefinition } from '../destinations/destination-messages';
import { ANNA, NOON } from './samples';

export const DELIVERY_ID = 'd0000000-0000-4000-8000-000000000001';
export const RECIPIENT_ID = 'd0000000-0000-4000-8000-000000000002';

export function webhookDestination(url = 'https://hooks.example.org/in'): DestinationDefinition {
  return {
    kind: 'webhook',
    description: null,
    usableBy: 'everybody',
    s3: null,
    sftp: null,
    webhook: { url, content: 'json', expects: null, ca: null },
  };
}

export function mailTarget(more: Partial<NonNullable<DeliveryTarget['email']>> = {}): DeliveryTarget {
  const email = { to: [RECIPIENT_ID], cc: [], bcc: [], attach: true, ...more };
  return { channel: 'email', subject: null, text: null, email, destination: null };
}

export function targetOf(destinationId: string, pattern: string | null = null): DeliveryTarget {
  return {
    ...{ channel: 'destination', subject: null, text: null },
    ...{ email: null, destination: { destinationId, pattern } },
  };
}

export function deliveryRequest(more: Partial<DeliveryRequest> = {}): DeliveryRequest {
  return {
    deliveryId: DELIVERY_ID,
    jobId: 'd0000000-0000-4000-8000-000000000003',
    scheduleId: null,
    entryId: null,
    templateId: null,
    owner: ANNA,
    target: mailTarget(),
    maxAttempts: 3,
    deadline: NOON.replace('T12', 'T18'),
    ...more,
  };
}
