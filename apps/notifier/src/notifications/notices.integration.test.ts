import type { BurstEvent, DeliveryEvent } from '#domain';
import { ANNA, BEN, CARA, deliveryRequest, jobOutput, targetOf, webhookDestination } from '#domain/testing';
import { loadFromHead } from '#event-feed';
import { STORE_SOURCE } from '#event-sourcing';
import { signatureOf } from '../../../../libs/delivery-channels/src/http/signature';
import { startHttpReceiver, type HttpReceiver } from '../../../../libs/delivery-channels/src/testing/http-receiver';
import { failing, NoticesWorld } from '../testing/notices-world';
import { peopleConcernedBy } from './concerned-people';
import { NOTICES_GROUP } from './notice-projection';
import { NotificationsService } from './notifications.service';

let world: NoticesWorld;

beforeAll(async () => {
  world = await NoticesWorld.open();
  // Before anybody told anybody of anything.
  await world.job(failing());
  await world.project();
});
afterAll(() => world.close());
beforeEach(async () => {
  // What was told before is over, and the hour with it.
  world.pass(120);
  world.mails.splice(0);
  await world.parts.pool.query('TRUNCATE notifier.notice, notifier.notice_way, notifier.message, notifier.recipient');
});

/** Unfolded (RFC 5322, 2.2.3). */
const headerOf = (name: string, mail = '') =>
  new RegExp(`^${name}: *(.*)$`, 'm').exec(mail.replaceAll(/\r\n(?=[ \t])/g, ''))?.[1]?.trim();
/** Lines as they were before quoted-printable broke them (RFC 2045, 6.7). */
const unfolded = (mail = '') => mail.replaceAll('=\r\n', '');
const subjects = () => world.mails.map((mail) => headerOf('Subject', mail));
const types = async (id: string | null | undefined) => (await world.history(id ?? '')).map(({ type }) => type);

/** A row of a read model, of which only these columns count. */
const rowOf = (columns: object) =>
  JSON.stringify({
    ...{ name: 'x', tags: [], relation_schema: 'x', relation_name: 'x', columns: [], definition: {}, time_zone: 'UTC' },
    ...{ registered_by: ANNA, output_format: 'csv', schedule_frequency: 'daily', priority: 'normal' },
    ...{ owner: ANNA, status: 'active', revision: 0, created_at: world.now(), updated_at: world.now() },
    ...columns,
  });

it('tells nobody of what happened before it was there', async () => {
  await world.project();
  expect(await world.notices()).toEqual([]);
});

it('goes on in another feed where it was in the store’s, and begins where it first started at the latest', async () => {
  const { pool, eventStore: store } = world.parts;
  const ofStore = await loadFromHead({ pool, store }, NOTICES_GROUP, STORE_SOURCE);
  expect(await loadFromHead({ pool, store }, NOTICES_GROUP, 'report-scheduler.job.v1/0')).toEqual(ofStore);
  const begun = await loadFromHead({ pool, store }, 'newcomers', 'report-scheduler.job.v1/0');
  expect(begun).toEqual({ position: await store.head(), offset: null });
  await world.job(failing('unseen'));
  // A later process, another partition: what happened since the first start is told.
  expect(await loadFromHead({ pool, store }, 'newcomers', 'report-scheduler.job.v1/1')).toEqual(begun);
  await world.project();
  await pool.query(`DELETE FROM event_feed.checkpoint WHERE source <> 'store'`);
});

it('tells the owner of a failed job by mail, once, and puts it on record', async () => {
  const jobId = await world.job(failing());
  await world.project();
  await world.round();
  const [notice, ...others] = await world.notices();
  expect(others).toEqual([]);
  expect(notice).toMatchObject({ kind: 'failed', state: 'sent' });
  const [mail] = world.mails;
  expect(subjects()).toEqual(['Flights failed']);
  expect(headerOf('To', mail)).toBe('anna@example.net');
  expect(headerOf('Message-ID', mail)).toBe(`<${notice?.notification_id}@example.org>`);
  const [, token = ''] = /\/v1\/unsubscribe\/([^>]+)>/.exec(headerOf('List-Unsubscribe', mail) ?? '') ?? [];
  const inDays = (days: number) => new Date(world.parts.clock.now().getTime() + days * 86_400_000);
  expect(world.links.read(token, inDays(59))).toEqual({ userId: ANNA, kinds: ['failed'], expired: false });
  expect(world.links.read(token, inDays(60))).toMatchObject({ expired: true });
  expect(headerOf('List-Unsubscribe-Post', mail)).toBe('List-Unsubscribe=One-Click');
  const [failure] = (await world.parts.eventStore.readStream(`job-${jobId}`)).slice(-1);
  const history = await world.history(notice?.notification_id ?? '');
  expect(history).toMatchObject([
    { type: 'NotificationSent', data: { userId: ANNA, kinds: ['failed'], eventIds: [failure?.id], attempt: 1 } },
  ]);
  expect(JSON.stringify(history.map(({ data }) => data))).not.toContain('anna@');
  await world.round();
  expect(world.mails).toHaveLength(1);
});

it('takes an event that comes twice for one', async () => {
  await world.job(failing());
  await world.project();
  const { rows } = await world.parts.pool.query<{ position: string }>(
    `UPDATE event_feed.checkpoint SET position = position - 1 WHERE group_name = 'notices' RETURNING position`,
  );
  expect(rows).toHaveLength(1);
  await world.project();
  await world.round();
  expect(await world.notices()).toHaveLength(1);
  expect(world.mails).toHaveLength(1);
});

it('sends one mail for a source that breaks five hundred reports, and one for the rest', async () => {
  await world.job(failing());
  await world.project();
  await world.round();
  await Promise.all(Array.from({ length: 499 }, () => world.job(failing())));
  await world.project();
  expect(await world.round()).toBeGreaterThan(0);
  expect(subjects()).toEqual(['Flights failed']);
  world.pass(15);
  await world.round();
  expect(subjects()).toEqual(['Flights failed', 'Flights failed and 498 more like it']);
  const ids = new Set((await world.notices()).map(({ notification_id: id }) => id));
  const sent = (await Promise.all([...ids].map((id) => world.history(id ?? '')))).flat();
  const [, rest] = sent.toSorted((one, other) => Number(one.position - other.position));
  expect(rest).toMatchObject({ type: 'NotificationSent', data: { notices: 499 } });
  expect(JSON.stringify(rest?.data).length).toBeLessThan(5_000);
});

it('tells the owner of a list that nobody gets a report of it', async () => {
  const jobId = await world.job(({ jobId, at }) => ({
    ...{ type: 'JobCompleted', jobId, attempt: 1, at, output: jobOutput(), outputExpiresAt: at },
  }));
  const failed = { jobId, scheduleId: crypto.randomUUID(), code: 'burst.too_many_rows', message: 'It has 21 rows.' };
  await world.append('burst', jobId, { type: 'BurstFailed', ...failed, at: world.now() } as BurstEvent);
  await world.project();
  await world.round();
  expect(subjects()).toEqual(['Nobody of the list Flights gets a report']);
  expect(unfolded(world.mails[0])).toContain(`Look at https://reports.example.org/v1/job-requests/${jobId}`);
});

it('tells the owner of reports that a receiver does not take, by one mail and one for the rest', async () => {
  const destinationId = crypto.randomUUID();
  await world.append('destination', destinationId, {
    ...{ type: 'DestinationRegistered', destinationId, name: 'warehouse', definition: webhookDestination() },
    ...{ secretId: crypto.randomUUID(), by: BEN, at: world.now() },
  });
  for (let count = 0; count < 5; count += 1) {
    const jobId = await world.job(({ jobId, at }) => ({
      ...{ type: 'JobCompleted', jobId, attempt: 1, at, output: jobOutput(), outputExpiresAt: at },
    }));
    const [deliveryId, at] = [crypto.randomUUID(), world.now()];
    const request = deliveryRequest({ deliveryId, jobId, owner: ANNA, target: targetOf(destinationId) });
    const failure = { code: `delivery.${count}`, message: 'It does not answer.', transient: false };
    await world.append(
      'delivery',
      deliveryId,
      { type: 'DeliveryRequested', request, by: ANNA, at } as DeliveryEvent,
      {
        type: 'DeliveryFailed',
        deliveryId,
        attempt: 1,
        worker: 'worker',
        durationMs: 10,
        failure,
        at,
      } as DeliveryEvent,
    );
    if (count > 0) continue;
    await world.project();
    await world.round();
    const mail = unfolded(world.mails[0]);
    expect(mail).toContain(`Look at https://reports.example.org/v1/job-requests/${jobId}`);
    expect(mail).toContain('To: warehouse (webhook)');
  }
  await world.project();
  world.pass(15);
  await world.round();
  expect(subjects()).toEqual(['Flights was not delivered', 'Flights was not delivered and 3 more like it']);
});

it('keeps to the messages of an hour, and leaves nothing out', async () => {
  for (const code of ['one', 'two', 'three', 'four']) await world.job(failing(code));
  await world.project();
  await world.round(2);
  expect(subjects().toSorted()).toEqual(['Flights failed', 'Your notices: failed reports (3)']);
  expect((await world.notices()).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent', 'sent']);
});

it('tries again when the server has no time, under the same Message-ID, and gives up what it refuses', async () => {
  await world.job(failing());
  await world.project();
  world.refusals.push({ responseCode: 451, message: 'Come back later' });
  await world.round();
  const [waiting] = await world.notices();
  expect(waiting).toMatchObject({ state: 'sending' });
  expect(await types(waiting?.notification_id)).toEqual(['NotificationFailed']);
  await world.round();
  expect(world.mails).toEqual([]);
  world.pass(1.1);
  await world.round();
  expect(headerOf('Message-ID', world.mails[0])).toBe(`<${waiting?.notification_id}@example.org>`);
  expect(await types(waiting?.notification_id)).toEqual(['NotificationFailed', 'NotificationSent']);

  world.refusals.push({ responseCode: 554, message: 'Never' });
  await world.job(failing('another'));
  await world.project();
  await world.round();
  const failed = (await world.notices()).find(({ state }) => state === 'failed');
  const [event] = await world.history(failed?.notification_id ?? '');
  expect(event).toMatchObject({ type: 'NotificationFailed', data: { retryAt: null, attempt: 1 } });
});

it('does not send again what is on record as sent, when the sender died before it told the tables', async () => {
  await world.job(failing());
  await world.project();
  await world.round();
  await world.parts.pool.query(`UPDATE notifier.message SET state = 'sending'`);
  await world.parts.pool.query(`UPDATE notifier.notice_way SET state = 'sending'`);
  await world.parts.pool.query('UPDATE notifier.recipient SET plan_at = $1', [world.parts.clock.now()]);
  await world.round();
  expect(world.mails).toHaveLength(1);
  expect(await world.notices()).toMatchObject([{ state: 'sent' }]);
});

it('lets one process at a time plan for a person, and another take over when that one falls silent', async () => {
  await world.job(failing());
  await world.project();
  const now = world.parts.clock.now();
  const [dying, other] = [world.recipients(), world.recipients()];
  expect(await dying.claim(now)).toBe(ANNA);
  expect(await other.claim(now)).toBeNull();
  await world.parts.pool.query(
    `UPDATE notifier.recipient SET lease_expires_at = clock_timestamp() - interval '1 second'`,
  );
  expect(await other.claim(now)).toBe(ANNA);
  expect(await dying.renew(ANNA)).toBe(false);
  // What the other one no longer holds, it cannot let go of.
  await dying.release(ANNA, null);
  expect(await other.renew(ANNA)).toBe(true);
});

it('heeds what comes while a person is planned for', async () => {
  await world.job(failing());
  await world.project();
  const held = world.recipients();
  await held.claim(world.parts.clock.now());
  await world.job(failing('another'));
  await world.project();
  await held.release(ANNA, null);
  expect(await world.recipients().claim(world.parts.clock.now())).toBe(ANNA);
});

it('keeps in the inbox what cannot be sent: without a mail server, or an address', async () => {
  await world.job(failing());
  await world.project();
  await world.round(20, false);
  await world.addUser(BEN, null);
  await world.job(failing(), BEN);
  await world.project();
  await world.round();
  expect(await world.notices()).toMatchObject([{ state: 'kept' }]);
  expect(await world.notices(BEN)).toMatchObject([{ state: 'kept' }]);
  expect(world.mails).toEqual([]);
});

it('minds preferences: what is off is not told, also when it was switched off meanwhile', async () => {
  await world.addUser(CARA, 'cara@example.net');
  await world.job(failing(), CARA);
  await world.project();
  await world.prefer({ choices: [{ kind: 'failed', channel: 'none', timing: 'immediate' }] }, CARA);
  await world.job(failing(), CARA);
  await world.project();
  await world.round();
  expect(await world.notices(CARA)).toMatchObject([{ state: 'unwanted' }]);
  expect(world.mails).toEqual([]);
});

it('warns of files that will go, and not of those that have gone meanwhile', async () => {
  await world.prefer({ choices: [{ kind: 'output_expiring', channel: 'email', timing: 'immediate' }] });
  const daysAhead = (days: number) => new Date(world.parts.clock.now().getTime() + days * 86_400_000).toISOString();
  const kept = (outputExpiresAt: string) =>
    world.job(({ jobId, at }) => ({
      ...{ type: 'JobCompleted', jobId, attempt: 1, at, outputExpiresAt },
      output: jobOutput(),
    }));
  await kept(daysAhead(3));
  await kept(daysAhead(30));
  await world.project();
  await world.round();
  expect(world.mails).toEqual([]);
  world.pass(2.5 * 24 * 60);
  await world.round();
  expect(subjects()).toEqual(['The files of Flights will be removed soon']);
  world.pass(31 * 24 * 60);
  await world.round();
  expect((await world.notices()).map(({ state }) => state)).toEqual(['sent', 'unwanted']);
  await world.prefer({});
});

it('tells owners of schedules, and administrators, of a data source that does not answer', async () => {
  const [dataSourceId, dataset, template] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const { pool } = world.parts;
  await pool.query(`INSERT INTO read_model.dataset SELECT (jsonb_populate_record(NULL::read_model.dataset, $1)).*`, [
    rowOf({ dataset_id: dataset, data_source: 'sales' }),
  ]);
  await pool.query(
    `INSERT INTO read_model.self_service_template SELECT (jsonb_populate_record(NULL::read_model.self_service_template, $1)).*`,
    [rowOf({ template_id: template, dataset_id: dataset })],
  );
  for (const [owner, status] of [
    [ANNA, 'active'],
    [BEN, 'paused'],
  ]) {
    await pool.query(
      `INSERT INTO read_model.schedule SELECT (jsonb_populate_record(NULL::read_model.schedule, $1)).*`,
      [rowOf({ schedule_id: crypto.randomUUID(), template_id: template, owner, status })],
    );
  }
  expect(await peopleConcernedBy(pool, 'sales')).toEqual([ANNA]);
  expect(await peopleConcernedBy(pool, 'others')).toEqual([]);
  await pool.query(`UPDATE access.user_account SET role = 'admin' WHERE user_id = $1`, [CARA]);
  expect(await peopleConcernedBy(pool, 'sales')).toEqual([ANNA, CARA]);
  await world.append('circuit', dataSourceId, {
    ...{ type: 'CircuitOpened', dataSourceId, dataSource: 'sales', code: 'data_source.unreachable', failures: 5 },
    ...{ openings: 1, until: world.now(), at: world.now() },
  });
  await world.project();
  await world.round();
  expect(subjects()).toEqual(['The data source sales does not answer', 'The data source sales does not answer']);
});

describe('a destination of the person', () => {
  const url = () => `${receiver.origin}/hook`;
  const signed = { kind: 'webhook', signingSecret: 'a secret that signs', headers: {} } as const;
  const bodies = () => receiver.received.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  const told = async (code?: string) => {
    await world.job(failing(code));
    await world.project();
    await world.round();
    return Object.fromEntries((await world.notices()).map((notice) => [notice.way, notice]));
  };
  let receiver: HttpReceiver;

  beforeAll(async () => {
    receiver = await startHttpReceiver({ secure: false, host: '127.0.0.1' });
  });
  afterAll(async () => {
    await world.prefer({});
    await receiver.close();
  });
  beforeEach(() => {
    receiver.received.splice(0);
    receiver.answer = (_received, response) => response.end('ok');
  });

  it('gets a signed event beside the mail, and gathers and limits as mails are', async () => {
    const destinationId = await world.destination(webhookDestination(url()), signed);
    await world.prefer({ destinationId });
    const { email, destination } = await told();
    expect([email?.state, destination?.state]).toEqual(['sent', 'sent']);
    expect(subjects()).toEqual(['Flights failed']);
    const id = destination?.notification_id ?? '';
    expect(bodies()).toMatchObject([
      {
        ...{ event: 'notification.failed', deliveryId: id, subject: 'Flights failed', count: 1 },
        notices: [{ kind: 'failed', headline: 'Flights failed', url: expect.stringContaining('/v1/job-requests/') }],
      },
    ]);
    const [first] = receiver.received;
    const { headers = {}, body = Buffer.of() } = first ?? {};
    expect(headers).toMatchObject({ 'idempotency-key': id, 'x-delivery-event': 'notification.failed' });
    const at = Number(/^t=(\d+)/.exec(String(headers['x-signature-256']))?.[1]);
    expect(headers['x-signature-256']).toBe(await signatureOf(signed.signingSecret, at, [body]));
    // Whoever reads along could stop the mails of another.
    expect(headers).not.toHaveProperty('x-delivery-job');
    expect(body.toString()).not.toContain('unsubscribe');
    expect(await world.history(id)).toMatchObject([
      { type: 'NotificationSent', data: { channel: 'destination', destinationId, kinds: ['failed'], attempt: 1 } },
    ]);
    await told();
    expect(bodies()).toHaveLength(1);
    world.pass(15);
    await world.round();
    expect([bodies().length, world.mails.length]).toEqual([2, 2]);
  });

  it('is tried again under the same key, while the mail has long arrived', async () => {
    const destinationId = await world.destination(webhookDestination(url()), signed);
    await world.prefer({ destinationId });
    receiver.answer = (_received, response) => response.writeHead(503).end();
    const { email, destination } = await told();
    expect([email?.state, destination?.state]).toEqual(['sent', 'sending']);
    receiver.answer = (_received, response) => response.end();
    world.pass(1.1);
    await world.round();
    const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([destination?.notification_id, destination?.notification_id]);
    expect(await types(destination?.notification_id)).toEqual(['NotificationFailed', 'NotificationSent']);
    expect(world.mails).toHaveLength(1);
  });

  it('may be a Slack channel, and stand for mail where there is none', async () => {
    const none = { s3: null, sftp: null, webhook: null, description: null, usableBy: 'everybody' } as const;
    const destinationId = await world.destination({ kind: 'slack', ...none }, { kind: 'slack', url: url() });
    await world.prefer({
      destinationId,
      choices: [{ kind: 'failed', channel: 'destination', timing: 'immediate' }],
    });
    expect(await told()).toEqual({ destination: expect.objectContaining({ state: 'sent' }) as unknown });
    expect(world.mails).toEqual([]);
    const [{ text } = {}] = bodies();
    expect(text).toMatch(/^\*Flights failed\*\n/);
    expect(text).not.toMatch(/unsubscribe|Open the report/);
  });

  it.each([
    ['is for administrators alone by now', { usableBy: 'admins' }, 'destination.missing'],
    ['takes files alone by now', { kind: 's3' }, 'notification.destination_unsuitable'],
  ] as const)('that %s gets nothing, on record', async (_what, change, code) => {
    const usable = webhookDestination(url());
    const destinationId = await world.destination(usable, signed);
    await world.prefer({ destinationId });
    await world.destination({ ...usable, ...change } as typeof usable, signed, destinationId);
    const { email, destination } = await told();
    expect([email?.state, destination?.state]).toEqual(['sent', 'failed']);
    expect(receiver.received).toEqual([]);
    expect(await world.history(destination?.notification_id ?? '')).toMatchObject([
      { type: 'NotificationFailed', data: { channel: 'destination', destinationId, code, retryAt: null } },
    ]);
  });
});

it('tells by itself, woken by what happens', async () => {
  const service = new NotificationsService(world.parts);
  await service.onApplicationBootstrap();
  try {
    const arrived = world.arrival();
    await world.job(failing());
    await arrived;
    expect(subjects()).toEqual(['Flights failed']);
  } finally {
    await service.beforeApplicationShutdown();
  }
});
