import { DEFAULT_CHOICES, NOTICE_KINDS } from '#domain';
import { as, startApiWorld, type ApiWorld } from '../testing/api-world';

let world: ApiWorld;

beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.close());

const anna = () => as(world, world.anna);
const root = () => as(world, world.root);
const OWN = '/v1/users/me/notification-preferences';
const wanted = {
  choices: [{ kind: 'completed', channel: 'email', timing: 'daily' }],
  timeZone: 'Europe/Berlin',
  dailyAt: '07:30',
  quietHours: { from: '22:00', to: '06:00' },
  failuresPassQuietHours: true,
};

it('shows the defaults before anybody chose anything', async () => {
  const { body, headers } = await anna().get(OWN).expect(200);
  expect(body).toEqual({
    choices: NOTICE_KINDS.map((kind) => ({ kind, ...DEFAULT_CHOICES[kind] })),
    timeZone: 'UTC',
    dailyAt: '08:00',
    quietHours: null,
    failuresPassQuietHours: false,
    destinationId: null,
    destinationProblem: null,
    email: null,
    mailServer: false,
    revision: null,
  });
  expect(headers).not.toHaveProperty('etag');
});

it('says in the health of the system that no mail is sent', async () => {
  const { body } = await world.http.get('/health/ready').expect(200);
  expect(body).toMatchObject({ ready: true, remarks: [expect.stringContaining('SMTP_URL is unset')] });
});

it('sets one’s own, which one reads at once', async () => {
  const { body, headers } = await anna().put(OWN, wanted).expect(200);
  expect(body).toEqual({ id: world.anna.userId, revision: 0 });
  const read = await anna().get(OWN).expect(200);
  expect(read.headers.etag).toBe(headers.etag);
  expect(read.body).toMatchObject({
    ...wanted,
    choices: expect.arrayContaining(wanted.choices) as unknown,
    revision: 0,
  });
  await anna()
    .put(OWN, { ...wanted, dailyAt: '08:30' })
    .set('If-Match', '"7"')
    .expect(412);
});

it('is done for others by administrators alone', async () => {
  const ofBen = `/v1/users/${world.ben.userId}/notification-preferences`;
  expect((await root().put(ofBen, wanted).expect(200)).body).toMatchObject({ id: world.ben.userId });
  expect((await root().get(ofBen).expect(200)).body).toMatchObject({ timeZone: wanted.timeZone });
  for (const response of [await anna().get(ofBen), await anna().put(ofBen, {})]) {
    expect(response).toMatchObject({ status: 404, body: { code: 'user.missing' } });
  }
  await root().get(`/v1/users/${crypto.randomUUID()}/notification-preferences`).expect(404);
});

it.each([
  ['an unknown kind', { choices: [{ kind: 'party', channel: 'email' }] }, 400],
  ['an unknown zone', { timeZone: 'Mars/Olympus' }, 400],
  ['no time', { dailyAt: '25:00' }, 400],
  ['two choices for a kind', { choices: [wanted.choices[0], wanted.choices[0]] }, 422],
  ['quiet hours that end as they begin', { quietHours: { from: '06:00', to: '06:00' } }, 422],
])('refuses %s', async (_what, body, status) => {
  await anna().put(OWN, body).expect(status);
});

describe('a destination', () => {
  const register = async (name: string, more: object) => {
    const { body } = await root()
      .post('/v1/destinations', { name, ...more })
      .expect(201);
    return (body as { id: string }).id;
  };
  const webhook = {
    ...{ kind: 'webhook', webhook: { url: 'https://hooks.example.org/in' } },
    secret: { signingSecret: 'a secret that signs' },
  };

  it('is named by whoever may use it, and told of when it no longer works', async () => {
    const destinationId = await register('mine', webhook);
    const choices = [{ kind: 'failed', channel: 'destination', timing: 'hourly' }];
    await anna().put(OWN, { destinationId, choices }).expect(200);
    expect((await anna().get(OWN)).body).toMatchObject({ destinationId, destinationProblem: null });
    const missing = await anna().put(OWN, { choices }).expect(422);
    expect(missing.body).toMatchObject({ errors: [{ code: 'channel.without_destination' }] });
    await root().post(`/v1/destinations/${destinationId}/retire`).expect(200);
    const { body } = await anna().get(OWN);
    expect(body).toMatchObject({ destinationId, destinationProblem: { code: 'destination.retired' } });
    const retired = await anna().put(OWN, { destinationId, choices }).expect(409);
    expect(retired.body).toMatchObject({ code: 'destination.retired' });
  });
  it('of administrators is none for others, whoever sets it', async () => {
    const destinationId = await register('of administrators', { ...webhook, usableBy: 'admins' });
    await root().put(OWN, { destinationId }).expect(200);
    await anna().put(OWN, { destinationId }).expect(404);
    const ofAnna = `/v1/users/${world.anna.userId}/notification-preferences`;
    expect((await root().put(ofAnna, { destinationId }).expect(404)).body).toMatchObject({
      code: 'destination.missing',
    });
    await anna().put(OWN, { destinationId: crypto.randomUUID() }).expect(404);
  });
  it('that takes files alone is refused', async () => {
    const s3 = { bucket: 'reports', region: 'eu-central-1', accessKeyId: 'AKID' };
    const destinationId = await register('files', { kind: 's3', s3, secret: { secretAccessKey: 'x'.repeat(20) } });
    const { body } = await anna().put(OWN, { destinationId }).expect(422);
    expect(body).toMatchObject({ code: 'notification.destination_unsuitable' });
  });
});

describe('where notices go', () => {
  const email = (userId: string) => `/v1/users/${userId}/email`;

  it('is set by oneself or an administrator, and stands in no event', async () => {
    await anna().post(email(world.anna.userId), { email: 'anna@example.org' }).expect(204);
    expect((await anna().get(OWN)).body).toMatchObject({ email: 'anna@example.org' });
    await root().post(email(world.ben.userId), { email: 'ben@example.org' }).expect(204);
    await anna().post(email(world.ben.userId), { email: 'anna@example.org' }).expect(404);
    const { events } = await world.parts.eventStore.readAll({ after: 0n, limit: 1000 });
    expect(events.filter(({ type }) => type === 'EmailChanged').map(({ data }) => data)).toMatchObject([
      { userId: world.anna.userId, by: world.anna.userId },
      { userId: world.ben.userId, by: world.root.userId },
    ]);
    expect(JSON.stringify(events.map(({ data }) => data))).not.toContain('@example.org');
    await anna().post(email(world.anna.userId), { email: null }).expect(204);
    expect((await anna().get(OWN)).body).toMatchObject({ email: null });
  });
  it('may come with a new user, whom only administrators see with it', async () => {
    const user = {
      username: 'dora',
      displayName: 'Dora',
      password: 'a long enough password',
      email: 'dora@example.org',
    };
    await root().post('/v1/users', user).expect(201);
    const found = async (list: string) => (await root().get(`${list}?search=dora`)).body as { items: object[] };
    expect((await found('/v1/users')).items).toMatchObject([{ email: 'dora@example.org' }]);
    expect((await found('/v1/users/directory')).items[0]).not.toHaveProperty('email');
  });
  it.each(['dora', 'a@b\r\nBcc: c@d.org', `${'x'.repeat(65)}@example.org`, `${'x'.repeat(250)}@example.org`])(
    'is no %j',
    async (address) => {
      await anna().post(email(world.anna.userId), { email: address }).expect(400);
    },
  );
});
