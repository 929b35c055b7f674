import type { Response } from 'supertest';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

const PASSWORD = 'correct horse battery staple';

let world: ApiWorld;
let dataset: Made;

beforeAll(async () => {
  world = await startApiWorld();
  dataset = await registerFlights(world);
});
afterAll(() => world.close());

const signIn = (username: string, password: string) => world.http.post('/v1/sessions').send({ username, password });
const code = ({ body }: Response) => (body as { code: string }).code;

async function accessEvents(userId: string): Promise<{ type: string; data: object }[]> {
  const day = new Date().toISOString().slice(0, 10);
  return (await world.parts.eventStore.readStream(`access-${userId}-${day}`)).map(({ type, data }) => ({
    type,
    data: data as object,
  }));
}

describe('signing in', () => {
  it('gives a token of 8 hours that tells who one is', async () => {
    const before = Date.now();
    const { body } = await signIn('ANNA', PASSWORD).expect(201);
    const { token, expiresAt, user } = body as { token: string; expiresAt: string; user: object };
    expect(Date.parse(expiresAt) - before).toBeGreaterThan(8 * 3_600_000 - 5000);
    expect(user).toEqual({ userId: world.anna.userId, username: 'anna', displayName: 'anna', role: 'user' });
    const current = await as(world, { ...world.anna, token })
      .get('/v1/sessions/current')
      .expect(200);
    expect(current.body).toEqual({ user, expiresAt });
    expect(await accessEvents(world.anna.userId)).toContainEqual({
      type: 'SignedIn',
      data: { userId: world.anna.userId, at: expect.any(String) },
    });
  });

  it('tells no difference between a wrong password and an unknown name', async () => {
    const wrong = await signIn('ben', 'wrong');
    const unknown = await signIn('nobody', 'wrong');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect({ ...(wrong.body as object), correlationId: '' }).toEqual({
      ...(unknown.body as object),
      correlationId: '',
    });
    expect(await accessEvents(world.ben.userId)).toContainEqual({
      type: 'SignInRefused',
      data: expect.objectContaining({ reason: 'credentials', count: 1 }),
    });
  });

  it('is slowed down after ten failed tries, also with the right password then', async () => {
    await world.addUser('carl');
    const tries = await Promise.all(Array.from({ length: 12 }, () => signIn('carl', 'wrong')));
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(10);
    const limited = await signIn('carl', PASSWORD).expect(429);
    expect(code(limited)).toBe('session.too_many_tries');
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is needed everywhere but where it says so', async () => {
    for (const path of ['/v1/templates', '/v1/sessions/current', '/v1/audit', '/v1/users', '/v1/data-sources']) {
      const response = await world.http.get(path).expect(401);
      expect(response.headers['www-authenticate']).toBe('Bearer');
    }
    const forged = await as(world, { ...world.anna, token: `${world.anna.token}x` })
      .get('/v1/templates')
      .expect(401);
    expect(forged.headers['www-authenticate']).toContain('invalid_token');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${world.anna.token.split('.')[1] ?? ''}.`;
    await as(world, { ...world.anna, token: unsigned })
      .get('/v1/templates')
      .expect(401);
    await world.http.get('/health/live').expect(200, { live: true });
    await world.http.get('/health/ready').expect(200);
    await world.http.get('/openapi.json').expect(200);
    await world.http.get('/docs').expect(200).expect('Content-Type', /html/);
    await world.http.get('/').expect(200);
  });
});

describe('users', () => {
  it('are managed by administrators alone', async () => {
    const root = as(world, world.root);
    const body = { username: 'dora', displayName: 'Dora', password: PASSWORD };
    expect(code(await as(world, world.anna).post('/v1/users', body).expect(403))).toBe('access.forbidden');
    const { body: added } = await root.post('/v1/users', body).expect(201);
    const { id } = added as { id: string };
    await root.post('/v1/users', { ...body, username: 'DORA' }).expect(409);
    await root.post('/v1/users', { ...body, username: 'short', password: 'short' }).expect(400);
    const first = await signIn('dora', PASSWORD).expect(201);
    const dora = { userId: id, token: (first.body as { token: string }).token };
    const { body: list } = await root.get('/v1/users?search=dor').expect(200);
    expect(list).toMatchObject({ items: [{ userId: id, username: 'dora', role: 'user', disabledAt: null }] });
    expect(JSON.stringify(list)).not.toContain('argon2');
    await as(world, world.anna).get('/v1/users').expect(403);

    await root.post(`/v1/users/${id}/disable`).expect(204);
    await as(world, dora).get('/v1/templates').expect(401);
    await signIn('dora', PASSWORD).expect(401);
    await root.post(`/v1/users/${id}/enable`).expect(204);
    await signIn('dora', PASSWORD).expect(201);
    await as(world, dora).get('/v1/templates').expect(401);
    expect((await accessEvents(id)).map(({ type }) => type)).toEqual([
      'UserAdded',
      'SignedIn',
      'UserDisabled',
      'SignInRefused',
      'UserEnabled',
      'SignedIn',
    ]);
  });

  it('have a limit of rows if an administrator gives them one, and everyone can see who did', async () => {
    const root = as(world, world.root);
    const body = { username: 'flora', displayName: 'Flora', password: PASSWORD, maxRows: 5000 };
    const { id } = (await root.post('/v1/users', body).expect(201)).body as { id: string };
    const limitNow = async () =>
      ((await root.get('/v1/users?search=flora').expect(200)).body as { items: { maxRows: number | null }[] }).items[0]
        ?.maxRows;
    expect(await limitNow()).toBe(5000);
    await root.post(`/v1/users/${id}/limit`, { maxRows: 20 }).expect(204);
    expect(await limitNow()).toBe(20);
    await root.post(`/v1/users/${id}/limit`, { maxRows: null }).expect(204);
    expect(await limitNow()).toBeNull();

    for (const maxRows of [0, -1, 1.5, '20', 10_000_001, undefined]) {
      await root.post(`/v1/users/${id}/limit`, { maxRows }).expect(400);
    }
    expect(code(await root.post(`/v1/users/${crypto.randomUUID()}/limit`, { maxRows: 1 }).expect(404))).toBe(
      'user.missing',
    );
    await as(world, world.anna).post(`/v1/users/${id}/limit`, { maxRows: 1 }).expect(403);

    const by = world.root.userId;
    expect(await accessEvents(id)).toEqual([
      { type: 'UserAdded', data: expect.objectContaining({ role: 'user', by }) },
      { type: 'UserLimited', data: expect.objectContaining({ maxRows: 5000, by }) },
      { type: 'UserLimited', data: expect.objectContaining({ maxRows: 20, by }) },
      { type: 'UserLimited', data: expect.objectContaining({ maxRows: null, by }) },
    ]);
  });

  it('change their own password, which ends their sessions', async () => {
    const emil = await world.addUser('emil');
    const path = `/v1/users/${emil.userId}/password`;
    const newPassword = 'another password entirely';
    await as(world, emil).post(path, { newPassword }).expect(422);
    await as(world, emil).post(path, { currentPassword: 'wrong', newPassword }).expect(422);
    await as(world, world.anna).post(path, { currentPassword: PASSWORD, newPassword }).expect(404);
    await as(world, emil).post(path, { currentPassword: PASSWORD, newPassword }).expect(204);
    await as(world, emil).get('/v1/sessions/current').expect(401);
    await signIn('emil', PASSWORD).expect(401);
    await signIn('emil', newPassword).expect(201);
    await as(world, world.root).post(path, { newPassword: PASSWORD }).expect(204);
    await signIn('emil', PASSWORD).expect(201);
  });

  it('leave at least one administrator', async () => {
    const response = await as(world, world.root).post(`/v1/users/${world.root.userId}/disable`).expect(409);
    expect(code(response)).toBe('user.last_admin');
  });

  it('are found by others to share with, without their rights', async () => {
    const { body } = await as(world, world.anna).get('/v1/users/directory?search=BE').expect(200);
    expect(body).toEqual({
      items: [{ userId: world.ben.userId, username: 'ben', displayName: 'ben' }],
      nextCursor: null,
    });
    const first = await as(world, world.anna).get('/v1/users/directory?limit=1').expect(200);
    const { items, nextCursor } = first.body as { items: { username: string }[]; nextCursor: string };
    const second = await as(world, world.anna).get(`/v1/users/directory?limit=1&cursor=${nextCursor}`).expect(200);
    expect((second.body as { items: { username: string }[] }).items[0]?.username).not.toBe(items[0]?.username);
  });
});

describe('what is mine', () => {
  let template: Made;
  let schedule: Made;
  let job: Made;
  const anna = () => as(world, world.anna);
  const ben = () => as(world, world.ben);

  beforeAll(async () => {
    template = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
    const recurrence = { type: 'daily', time: '07:30' };
    const body = { templateId: template.id, name: 'x', recurrence, timeZone: 'UTC' };
    schedule = made(await anna().post('/v1/schedules', body).expect(201));
    job = made(await anna().post(`/v1/templates/${template.id}/run`, {}).expect(202));
    await anna().get('/v1/templates').set('X-Wait-For', job.position).expect(200);
  });

  it('is as if it were not there for others', async () => {
    for (const send of [
      () => ben().get(`/v1/templates/${template.id}`),
      () => ben().put(`/v1/templates/${template.id}`, lateFlights(dataset.id)).set('If-Match', '"0"'),
      () => ben().post(`/v1/templates/${template.id}/archive`),
      () => ben().post(`/v1/templates/${template.id}/run`, {}),
      () => ben().post(`/v1/templates/${template.id}/preview`, {}),
      () => ben().post(`/v1/templates/${template.id}/duplicate`, {}),
      () => ben().post(`/v1/templates/${template.id}/share`, { userId: world.ben.userId, level: 'edit' }),
      () => ben().get(`/v1/templates/${template.id}/revisions`),
      () => ben().get(`/v1/templates/${template.id}/revisions/0`),
      () => ben().get(`/v1/schedules/${schedule.id}`),
      () => ben().post(`/v1/schedules/${schedule.id}/pause`, {}),
      () => ben().get(`/v1/job-requests/${job.id}`),
      () => ben().get(`/v1/job-requests/${job.id}/events`),
      () => ben().get(`/v1/job-requests/${job.id}/output`),
      () => ben().post(`/v1/job-requests/${job.id}/cancel`, {}),
      () => ben().post(`/v1/job-requests/${job.id}/rerun`),
    ]) {
      const response = await send();
      expect([response.status, code(response)]).toEqual([404, expect.stringMatching(/\.missing$/)]);
    }
    for (const path of [
      '/v1/templates',
      '/v1/schedules',
      '/v1/job-requests',
      '/v1/mappings',
      '/v1/schedules/self-service',
    ]) {
      expect((await ben().get(path).expect(200)).body).toEqual({ items: [], nextCursor: null });
    }
    const audit = await ben().get(`/v1/audit?streamId=template-${template.id}`).expect(200);
    expect(audit.body).toMatchObject({ items: [] });
    expect(await accessEvents(world.ben.userId)).toContainEqual({
      type: 'AccessRefused',
      data: expect.objectContaining({ route: '/v1/templates/:templateId', reason: 'template.missing', count: 1 }),
    });
  });

  it('can be shared, level by level, and taken back', async () => {
    const share = (level: string) =>
      anna().post(`/v1/templates/${template.id}/share`, { userId: world.ben.userId, level });
    const revise = () =>
      ben()
        .put(`/v1/templates/${template.id}`, lateFlights(dataset.id, { name: 'Bens' }))
        .set('If-Match', '*');

    const viewed = made(await share('view').expect(200));
    const seen = await ben().get(`/v1/templates/${template.id}`).set('X-Wait-For', viewed.position).expect(200);
    expect(seen.body).toMatchObject({ access: 'view', shares: [{ userId: world.ben.userId, level: 'view' }] });
    expect(code(await ben().post(`/v1/templates/${template.id}/run`, {}).expect(403))).toBe('access.forbidden');
    expect(code(await ben().post(`/v1/job-requests/${job.id}/cancel`, {}).expect(403))).toBe('access.forbidden');
    expect(code(await ben().post(`/v1/schedules/${schedule.id}/pause`, {}).expect(403))).toBe('access.forbidden');
    await ben().post(`/v1/templates/${template.id}/preview`, {}).expect(200);

    await share('run').expect(200);
    await ben().post(`/v1/templates/${template.id}/run`, {}).expect(202);
    await revise().expect(403);

    await share('edit').expect(200);
    await revise().expect(200);
    await ben().post(`/v1/templates/${template.id}/archive`).expect(403);

    const body = { userId: world.ben.userId };
    const ended = made(await anna().post(`/v1/templates/${template.id}/unshare`, body).expect(200));
    await ben().get(`/v1/templates/${template.id}`).set('X-Wait-For', ended.position).expect(404);
    const stranger = { userId: '00000000-0000-4000-8000-000000000000', level: 'view' };
    expect(code(await anna().post(`/v1/templates/${template.id}/share`, stranger).expect(422))).toBe(
      'share.user_missing',
    );
    const own = { userId: world.anna.userId, level: 'view' };
    expect(code(await anna().post(`/v1/templates/${template.id}/share`, own).expect(422))).toBe(
      'template.owner_needs_no_share',
    );
  });

  it('can be given away', async () => {
    const mine = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
    const given = await anna().post(`/v1/templates/${mine.id}/transfer`, { userId: world.ben.userId }).expect(200);
    await anna().get(`/v1/templates/${mine.id}`).set('X-Wait-For', made(given).position).expect(404);
    await ben().get(`/v1/templates/${mine.id}`).expect(200);
  });

  it('is open to administrators', async () => {
    const root = as(world, world.root);
    expect((await root.get(`/v1/templates/${template.id}`).expect(200)).body).toMatchObject({ access: 'admin' });
    await root.get(`/v1/job-requests/${job.id}`).expect(200);
    const audit = await root.get('/v1/audit?aggregateType=access&limit=200').expect(200);
    const types = (audit.body as { items: { eventType: string }[] }).items.map(({ eventType }) => eventType);
    expect(types).toEqual(expect.arrayContaining(['SignedIn', 'SignInRefused', 'AccessRefused', 'PreviewRead']));
  });
});

it('writes no password and no token into the log', () => {
  const log = JSON.stringify(world.log);
  expect(log).not.toContain(PASSWORD);
  expect(log).not.toContain(world.anna.token);
  expect(world.log).toContainEqual(
    expect.objectContaining({
      msg: 'request',
      method: 'POST',
      route: '/v1/templates',
      status: 201,
      userId: world.anna.userId,
    }),
  );
});
