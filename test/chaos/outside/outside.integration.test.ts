import { EmailChannel } from '#delivery-channels';
import { parcelOf } from '../../../libs/delivery-channels/src/testing/parcels';
import type { Mood } from './mood';
import { Outside } from './outside';
import { GONE_PATH } from './webhook-receiver';

let outside: Outside;
beforeAll(async () => void (outside = await Outside.open()));
afterAll(() => outside.close());

const KEY = 'd0000000-0000-4000-8000-000000000001';
const TO = 'anna@example.org';

/** Status of the answer; null where there was none. */
async function post(path: string): Promise<number | null> {
  const headers = { 'idempotency-key': `${KEY}-1`, 'x-delivery-id': KEY, 'x-delivery-attempt': '2' };
  const request = { method: 'POST', headers, body: 'a,b' };
  return fetch(`${outside.webhooks.origin}${path}`, request).then(
    ({ status }) => status,
    () => null,
  );
}

/** The code of the failure; null: it was taken. */
async function mail(): Promise<unknown> {
  const { hostname: host, port } = new URL(outside.mailServer.url);
  const from = { address: 'reports@example.org' };
  const channel = new EmailChannel({ host, port: Number(port), security: 'none', from, to: [{ address: TO }] });
  return channel.send(parcelOf([], { deliveryId: KEY }), new AbortController().signal).then(
    () => null,
    (error: unknown) => (error as { readonly code?: string }).code,
  );
}

it.each<[string, Mood | null, number | null, string | null]>([
  ['well', null, 200, null],
  ['without time', { kind: 'refuses' }, 500, 'delivery.busy'],
  ['hanging up', { kind: 'hangs_up' }, null, 'delivery.unreachable'],
  ['slow', { kind: 'slow', delayMs: 5 }, 200, null],
])('keeps what it took while it is %s', async (_, mood, status, code) => {
  const end = mood && outside.moods.begin(mood);
  const [before, mailsBefore] = [outside.webhooks.received.length, outside.mailServer.mails.length];
  expect(await post('/told')).toBe(status);
  const got = { key: `${KEY}-1`, deliveryId: KEY, attempt: 2, acknowledged: status === 200 };
  expect(outside.webhooks.received.slice(before)).toMatchObject([got]);
  expect(await mail()).toBe(code);
  const mails = code === null ? [{ messageId: `<${KEY}@example.org>`, to: TO }] : [];
  expect(outside.mailServer.mails.slice(mailsBefore)).toEqual(mails);
  end?.();
});

it('turns away for good what goes to one of its places', async () => {
  expect(await post(GONE_PATH)).toBe(410);
});

it('ends no mood but the one that is to end', () => {
  const [endFirst, endSecond] = [outside.moods.begin({ kind: 'refuses' }), outside.moods.begin({ kind: 'hangs_up' })];
  endFirst();
  expect(outside.moods.current).toEqual({ kind: 'hangs_up' });
  endSecond();
  expect(outside.moods.current).toBeNull();
});
