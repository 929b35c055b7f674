import { GONE_PATH } from '../outside/webhook-receiver';
import { DESTINATIONS, type Destination } from '../plan/plan-workload';
import type { PatientClient } from './client';

/** Ids of destinations by name. */
export type DestinationIds = Readonly<Record<Destination, string>>;

const WEBHOOKS: Readonly<Record<Destination, { readonly path: string; readonly content: 'json' | 'files' }>> = {
  told: { path: '/told', content: 'json' },
  files: { path: '/files', content: 'files' },
  gone: { path: GONE_PATH, content: 'json' },
};

/** @param origin of the receiver */
export async function registerDestinations(admin: PatientClient, origin: string): Promise<DestinationIds> {
  const ids = {} as Record<Destination, string>;
  for (const name of DESTINATIONS) {
    const { path, content } = WEBHOOKS[name];
    const secret = { signingSecret: 'a secret that signs what is sent' };
    const body = { name, kind: 'webhook', webhook: { url: `${origin}${path}`, content }, secret };
    ids[name] = (await admin.expectOk<{ id: string }>('POST', '/v1/destinations', body)).body.id;
  }
  return ids;
}

/** A plan of deliveries as the API takes it. */
export function planBody(ids: DestinationIds, names: readonly Destination[]): object {
  return { entries: names.map((name) => ({ channel: 'destination', destinationId: ids[name] })) };
}

/** Gives each of the schedules the same plan. */
export async function planAll(
  admin: PatientClient,
  scheduleIds: readonly string[],
  plan: ReturnType<typeof planBody>,
): Promise<void> {
  for (const id of scheduleIds) await admin.expectOk('PUT', `/v1/schedules/${id}/deliveries`, plan);
}
