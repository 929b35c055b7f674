import { everyKind, factsOf } from '#notifications/testing';
import { NOTICE_KINDS } from '#domain';
import { UnsubscribeLinks } from '#notifications';
import { startHttpReceiver } from '../../../../libs/delivery-channels/src/testing/http-receiver';
import { startSmtpSink, type SmtpSink } from '../../../../libs/delivery-channels/src/testing/smtp-sink';
import { as, startApiWorld, type ApiWorld } from '../testing/api-world';

let world: ApiWorld;
let sink: SmtpSink;
const mails: string[] = [];
const refusals: Error[] = [];

beforeAll(async () => {
  sink = await startSmtpSink({
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refusal = refusals.shift();
        if (!refusal) mails.push(Buffer.concat(chunks).toString());
        done(refusal, '2.0.0 queued');
      });
    },
  });
  const mail = {
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    SMTP_FROM: 'reports@example.org',
    SMTP_TLS: 'off',
  } as const;
  world = await startApiWorld({
    ...{ ...mail, NOTIFICATIONS_PER_HOUR: 2, DELIVERY_PRIVATE_HOSTS: ['127.0.0.1'] },
    ALLOWED_RECIPIENT_DOMAINS: ['example.net'],
  });
});
afterAll(async () => {
  await world.close();
  await sink.close();
});

const anna = () => as(world, world.anna);
const ben = () => as(world, world.ben);

describe('the inbox', () => {
  const inbox = async (query = '') =>
    (
      (await anna().get(`/v1/notifications${query}`).expect(200)).body as {
        items: { noticeId: string; kind: string }[];
      }
    ).items;

  beforeAll(async () => {
    const facts = [...everyKind('<b>Flights</b>'), factsOf('Of tomorrow').output_expiring];
    for (const [place, fact] of facts.entries()) {
      const ahead = place === facts.length - 1 ? '1 day' : `-${place + 1} minutes`;
      await world.parts.pool.query(
        `WITH added AS (
           INSERT INTO notifier.notice (notice_id, user_id, event_id, kind, likeness, facts, occurs_at)
           VALUES (gen_random_uuid(), $1, gen_random_uuid(), $2, '', $3, now() + $4::interval)
           RETURNING notice_id, user_id
         ), message AS (
           INSERT INTO notifier.message (notification_id, user_id, way, planned_at, state, code, problem)
           SELECT notice_id, user_id, 'destination', now() - interval '2 hours', 'failed', 'delivery.refused', 'It said no.'
           FROM added
         )
         INSERT INTO notifier.notice_way (notice_id, way, user_id, state, notification_id)
         SELECT notice_id, w.way, user_id, w.state, CASE w.state WHEN 'failed' THEN notice_id END
         FROM added, (VALUES ('email', 'kept'), ('destination', 'failed')) AS w (way, state)`,
        [world.anna.userId, fact.kind, JSON.stringify(fact), ahead],
      );
    }
  });

  it('has one’s own notices in words, the newest first, and nothing of tomorrow', async () => {
    const items = await inbox();
    expect(items.map(({ kind }) => kind)).toEqual(NOTICE_KINDS);
    expect(items[0]).toMatchObject({
      headline: '<b>Flights</b> failed',
      details: expect.arrayContaining([{ label: 'Code', value: 'data_source.unreachable' }]) as unknown,
      href: expect.stringMatching(/^\/v1\/job-requests\//) as unknown,
      // Nothing arrived, and one way was tried.
      state: 'failed',
      ways: [
        { way: 'email', state: 'kept', problem: null },
        { way: 'destination', state: 'failed', problem: { code: 'delivery.refused', message: 'It said no.' } },
      ],
      readAt: null,
    });
    expect((await ben().get('/v1/notifications').expect(200)).body).toEqual({ items: [], nextCursor: null });
  });
  it('comes in pages', async () => {
    const { body } = await anna().get('/v1/notifications?limit=5').expect(200);
    const rest = await inbox(`?limit=5&cursor=${(body as { nextCursor: string }).nextCursor}`);
    expect(rest).toHaveLength(NOTICE_KINDS.length - 5);
    await anna().get('/v1/notifications?cursor=nonsense').expect(400);
  });
  it('knows what was read, by its person alone', async () => {
    const [first] = await inbox();
    await ben().post(`/v1/notifications/${first?.noticeId}/read`).expect(404);
    await anna().post(`/v1/notifications/${first?.noticeId}/read`).expect(204);
    expect((await inbox())[0]).toMatchObject({ readAt: expect.any(String) as unknown });
    expect(await inbox('?unread=true')).toHaveLength(NOTICE_KINDS.length - 1);
    await anna().post('/v1/notifications/read', { upTo: new Date().toISOString() }).expect(204);
    expect(await inbox('?unread=true')).toEqual([]);
  });
});

it('leaves the health without a remark where there is a mail server for some domains', async () => {
  expect((await world.http.get('/health/ready').expect(200)).body).toMatchObject({ remarks: [] });
});

describe('a test message', () => {
  const test = '/v1/users/me/notification-preferences/test';

  it('needs an address', async () => {
    expect((await anna().post(test).expect(409)).body).toMatchObject({ code: 'notification.no_address' });
  });
  it('tells what the other side said, is on record, and counts for the limit', async () => {
    await anna().post(`/v1/users/${world.anna.userId}/email`, { email: 'anna@example.net' }).expect(204);
    const { body } = await anna().post(test).expect(200);
    const mailed = {
      ...{ way: 'email', destination: '1 recipient at example.net', problem: null },
      answer: expect.stringContaining('queued') as unknown,
      reference: expect.stringMatching(/^<.*@example\.org>$/) as unknown,
    };
    expect(body).toEqual({ messages: [mailed] });
    expect(mails).toEqual([expect.stringContaining('Subject: A test message')]);
    refusals.push(Object.assign(new Error('No such mailbox'), { responseCode: 550 }));
    const refused = await anna().post(test).expect(502);
    expect(refused.body).toMatchObject({ code: 'notification.not_sent' });
    expect((await anna().post(test).expect(429)).body).toMatchObject({ code: 'notification.too_many' });
    const { events } = await world.parts.eventStore.readAll({
      ...{ after: 0n, limit: 1000, types: ['NotificationSent', 'NotificationFailed'] },
    });
    expect(events).toMatchObject([
      { type: 'NotificationSent', data: { userId: world.anna.userId, kinds: [], notices: 0, eventIds: [] } },
      { type: 'NotificationFailed', data: { userId: world.anna.userId, retryAt: null } },
    ]);
    expect(JSON.stringify(events.map(({ data }) => data))).not.toContain('anna@');
  });
});

it('sends a test to the destination as well, and tells what became of each', async () => {
  const receiver = await startHttpReceiver({ secure: false, host: '127.0.0.1' });
  const secret = { signingSecret: 'a secret that signs' };
  const registered = { name: 'mine', kind: 'webhook', webhook: { url: `${receiver.origin}/in` }, secret };
  const { body } = await as(world, world.root).post('/v1/destinations', registered).expect(201);
  const { id: destinationId } = body as { id: string };
  await ben().put('/v1/users/me/notification-preferences', { destinationId }).expect(200);
  const test = () => ben().post('/v1/users/me/notification-preferences/test');
  const arrived = {
    way: 'destination',
    destination: receiver.origin,
    answer: '200 ok',
    reference: null,
    problem: null,
  };
  expect((await test().expect(200)).body).toEqual({ messages: [arrived] });
  const [{ headers, body: sent } = { headers: {}, body: Buffer.of() }] = receiver.received;
  expect(headers).toMatchObject({ 'x-delivery-event': 'notification.test' });
  expect(JSON.parse(sent.toString())).toMatchObject({ subject: 'A test message', count: 0, notices: [] });
  await ben().post(`/v1/users/${world.ben.userId}/email`, { email: 'ben@example.net' }).expect(204);
  await receiver.close();
  expect((await test().expect(200)).body).toMatchObject({
    messages: [
      { way: 'email', problem: null },
      { way: 'destination', destination: null, problem: { code: 'delivery.unreachable' } },
    ],
  });
  // A limit for each way: the destination had its two, the mail one.
  expect((await test().expect(429)).body).toMatchObject({ code: 'notification.too_many' });
  await ben().put('/v1/users/me/notification-preferences', {}).expect(200);
});

describe('a link to unsubscribe', () => {
  const linkOf = (userId: string, daysAgo = 0) => {
    const links = new UnsubscribeLinks(world.parts.settings.AUTH_SECRET);
    const sentAt = new Date(world.parts.clock.now().getTime() - daysAgo * 86_400_000);
    return `/v1/unsubscribe/${links.tokenOf({ userId, kinds: ['failed'] }, sentAt)}`;
  };
  const choiceOfBen = async () => {
    const { body } = await ben().get('/v1/users/me/notification-preferences').expect(200);
    return (body as { choices: { kind: string; channel: string }[] }).choices.find(({ kind }) => kind === 'failed');
  };

  it('shows a button and changes nothing, as scanners of mails follow links', async () => {
    const { text, headers } = await world.http.get(linkOf(world.ben.userId)).expect(200);
    expect(text).toContain('<form method="post"><button type="submit">Stop them</button></form>');
    expect(headers['cache-control']).toBe('no-store');
    expect(await choiceOfBen()).toMatchObject({ channel: 'email' });
  });
  it('switches the kind off by one click of a mail program, without signing in (RFC 8058)', async () => {
    const click = () =>
      world.http.post(linkOf(world.ben.userId)).type('form').send({ 'List-Unsubscribe': 'One-Click' });
    expect((await click().expect(200)).text).toContain('no more mails about failed reports');
    expect(await choiceOfBen()).toMatchObject({ channel: 'none' });
    await click().expect(200);
    const history = await world.parts.eventStore.readStream(`preferences-${world.ben.userId}`);
    expect(history.slice(-1).map(({ type, metadata }) => [type, metadata.actor])).toEqual([
      ['NotificationPreferencesSet', world.ben.userId],
    ]);
  });
  it.each(['get', 'post'] as const)(
    'says sixty days later what to do instead, and does nothing: %s',
    async (method) => {
      const restored = { choices: [{ kind: 'failed', channel: 'email' }] };
      await ben().put('/v1/users/me/notification-preferences', restored).expect(200);
      const { text } = await world.http[method](linkOf(world.ben.userId, 60)).expect(410);
      expect(text).toContain('Use the one in a newer mail, sign in and change your notification preferences, or ask');
      expect(text).not.toContain('<form');
      expect(await choiceOfBen()).toMatchObject({ channel: 'email' });
    },
  );
  it.each(['get', 'post'] as const)(
    'is refused when it is not one of ours, or its person is gone: %s',
    async (method) => {
      await world.http[method](`${linkOf(world.ben.userId)}x`).expect(404);
      await world.http[method]('/v1/unsubscribe/%00%F0%9F%98%80').expect(404);
      await world.http[method]('/v1/unsubscribe/%ZZ').expect(400);
      await world.http[method](linkOf(crypto.randomUUID())).expect(404);
    },
  );
});

it('sends a test not more often than may be, however many are asked for at once', async () => {
  const root = as(world, world.root);
  await root.post(`/v1/users/${world.root.userId}/email`, { email: 'root@example.net' }).expect(204);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => root.post('/v1/users/me/notification-preferences/test')),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited).toHaveLength(6);
  expect(limited[0]?.headers['retry-after']).toBe('600');
});
