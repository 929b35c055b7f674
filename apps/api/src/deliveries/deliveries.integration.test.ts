import { job, streamOf, type JobCommand } from '#domain';
import { jobOutput, jobRequest } from '#domain/testing';
import { execute } from '#event-sourcing';
import { startHttpReceiver } from '../../../../libs/delivery-channels/src/testing/http-receiver';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

let world: ApiWorld;
let anna: ReturnType<typeof as>;
let ben: ReturnType<typeof as>;
let root: ReturnType<typeof as>;
let scheduleId: string;

beforeAll(async () => {
  world = await startApiWorld({
    ...{ SMTP_URL: 'smtp://127.0.0.1:1', SMTP_FROM: 'reports@example.org', ALLOWED_RECIPIENT_DOMAINS: ['example.org'] },
    DELIVERY_PRIVATE_HOSTS: ['127.0.0.1'],
    DELIVERIES_PER_USER_HOUR: 4,
  });
  [anna, ben, root] = [world.anna, world.ben, world.root].map((person) => as(world, person)) as [
    typeof anna,
    typeof ben,
    typeof root,
  ];
  const dataset = await registerFlights(world);
  const template = made(await anna.post('/v1/templates', lateFlights(dataset.id)).expect(201));
  const recurrence = { type: 'daily', time: '07:30' };
  const schedule = { templateId: template.id, name: 'Daily', timeZone: 'Europe/Berlin', recurrence };
  scheduleId = made(await anna.post('/v1/schedules', schedule).expect(201)).id;
});
afterAll(() => world.close());

const secret = { signingSecret: 'a secret that signs' };
async function register(name: string, url: string, more: object = {}): Promise<Made> {
  const body = { name, kind: 'webhook', webhook: { url }, secret, ...more };
  return made(await root.post('/v1/destinations', body).expect(201));
}

describe('destinations', () => {
  it('are registered, revised and retired by administrators, and never show their secret', async () => {
    const { id, etag, position } = await register('warehouse', 'https://hooks.example.org/in');
    await anna.post('/v1/destinations', { name: 'x', kind: 'slack', secret: { url: 'https://x' } }).expect(403);
    const read = await root.get(`/v1/destinations/${id}`).set('X-Wait-For', position).expect(200);
    expect(read.body).toMatchObject({ name: 'warehouse', usableBy: 'everybody', webhook: { content: 'json' } });
    expect(JSON.stringify(read.body)).not.toContain(secret.signingSecret);
    expect((await anna.get(`/v1/destinations/${id}`).expect(200)).body).toMatchObject({
      name: 'warehouse',
      webhook: null,
    });

    const revision = { kind: 'webhook', webhook: { url: 'https://hooks.example.com/' } };
    const elsewhere = await root.put(`/v1/destinations/${id}`, revision).set('If-Match', etag).expect(422);
    expect(elsewhere.body).toMatchObject({ code: 'destination.secret_needed' });
    const revised = made(
      await root
        .put(`/v1/destinations/${id}`, { ...revision, secret, usableBy: 'admins' })
        .set('If-Match', etag)
        .expect(200),
    );
    await anna.get(`/v1/destinations/${id}`).set('X-Wait-For', revised.position).expect(404);
    const retired = made(await root.post(`/v1/destinations/${id}/retire`).expect(200));
    const listed = await root.get('/v1/destinations?status=retired').set('X-Wait-For', retired.position).expect(200);
    expect(listed.body).toMatchObject({ items: [{ destinationId: id, status: 'retired' }] });
    const { rows } = await world.parts.pool.query('SELECT FROM vault.secret WHERE owner_id = $1', [id]);
    expect(rows).toEqual([]);
  });

  it('that cannot work are refused at once', async () => {
    const sftp = { host: 'files.example.org', user: 'u', hostKeys: ['any'] };
    const body = { name: 'files', kind: 'sftp', sftp, secret: { password: 'p' } };
    expect((await root.post('/v1/destinations', body).expect(422)).body).toMatchObject({ code: 'destination.invalid' });
  });

  it('are tried by a small file', async () => {
    const receiver = await startHttpReceiver({ secure: false, host: '127.0.0.1' });
    const { id } = await register('to be tried', `${receiver.origin}/in`);
    expect((await root.post(`/v1/destinations/${id}/test`).expect(200)).body).toMatchObject({ ok: true, code: null });
    expect(receiver.received[0]?.headers).toMatchObject({ 'x-delivery-event': 'delivery.test' });
    await receiver.close();
    expect((await root.post(`/v1/destinations/${id}/test`).expect(200)).body).toMatchObject({
      ...{ ok: false, code: 'delivery.unreachable' },
    });
  });
});

describe('the plan of a schedule', () => {
  const path = () => `/v1/schedules/${scheduleId}/deliveries`;
  const mail = { channel: 'email', to: ['Jane.Doe@Example.org'], subject: '{template}' };

  it('is revised as a whole by the owner, and no event has an address', async () => {
    expect((await anna.get(path()).expect(200)).body).toEqual({ scheduleId, entries: [], revision: -1 });
    const destination = await register('for the plan', 'https://hooks.example.org/in');
    const files = { channel: 'destination', destinationId: destination.id, pattern: '{reportDate}/{file}' };
    await anna.put(path(), { entries: [mail, files] }).expect(200);
    const { body } = await anna.get(path()).expect(200);
    const { entries } = body as { entries: { entryId: string }[] };
    expect(entries).toMatchObject([
      { channel: 'email', to: ['Jane.Doe@example.org'] },
      { pattern: '{reportDate}/{file}' },
    ]);
    const kept = { entryId: entries[0]!.entryId, ...mail, attach: false };
    expect((await anna.put(path(), { entries: [kept] }).expect(200)).body).toMatchObject({ revision: 1 });
    const events = await world.parts.eventStore.readStream(streamOf('deliveryplan', scheduleId));
    expect(events.map(({ type }) => type)).toEqual(['DeliveriesPlanned', 'DeliveriesPlanned']);
    expect(
      JSON.stringify(events, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toMatch(/jane/i);
    await ben.get(path()).expect(404);
    await ben.put(path(), { entries: [] }).expect(404);
  });

  it.each<[string, object, number, string]>([
    [
      'a recipient outside the allowed domains',
      { ...mail, cc: ['eve@example.com'] },
      422,
      'delivery.recipient_forbidden',
    ],
    ['a recipient that is none', { ...mail, to: ['jane'] }, 422, 'delivery.recipient_invalid'],
    [
      'a destination that is none',
      { channel: 'destination', destinationId: crypto.randomUUID() },
      404,
      'destination.missing',
    ],
  ])('refuses %s', async (_what, entry, status, code) => {
    expect((await anna.put(path(), { entries: [entry] }).expect(status)).body).toMatchObject({ code });
  });

  it('has no two entries of one id, of which one would not be delivered', async () => {
    const entry = { ...mail, entryId: crypto.randomUUID() };
    const twice = { ...entry, entryId: entry.entryId.toUpperCase() };
    const { body } = await anna.put(path(), { entries: [entry, twice] }).expect(400);
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/entries' }] });
  });

  it('takes no names that lead out, and no destination for administrators', async () => {
    const { id } = await register('for names', 'https://hooks.example.org/in');
    const entry = { channel: 'destination', destinationId: id, pattern: '../{file}' };
    expect((await anna.put(path(), { entries: [entry] }).expect(422)).body).toMatchObject({
      code: 'delivery.pattern_invalid',
    });
    const hidden = await register('hidden', 'https://hooks.example.org/in', { usableBy: 'admins' });
    const forbidden = { channel: 'destination', destinationId: hidden.id };
    await anna.put(path(), { entries: [forbidden] }).expect(404);
  });
});

it('delivers by hand, cancels, retries, and shows each delivery with its job', async () => {
  const jobId = await completedJob();
  const path = `/v1/job-requests/${jobId}/deliveries`;
  const mail = { channel: 'email', to: ['joe@example.org'], cc: ['ann@example.org'] };
  await ben.post(path, mail).expect(404);
  const { id, position } = made(await anna.post(path, mail).expect(202));
  const read = await anna.get(`/v1/deliveries/${id}`).set('X-Wait-For', position).expect(200);
  expect(read.body).toMatchObject({
    jobRequestId: jobId,
    channel: 'email',
    recipients: 2,
    status: 'waiting',
    attempts: [],
  });
  expect(JSON.stringify(read.body)).not.toContain('joe@');
  for (const unseen of [id, crypto.randomUUID()]) {
    const { body } = await ben.get(`/v1/deliveries/${unseen}`).expect(404);
    expect(body).toMatchObject({ code: 'delivery.missing', detail: 'There is no such delivery, or it is not yours.' });
  }
  expect((await anna.post(`/v1/deliveries/${id}/retry`).expect(409)).body).toMatchObject({
    code: 'delivery.not_ended',
  });
  const cancelled = made(await anna.post(`/v1/deliveries/${id}/cancel`, { reason: 'wrong list' }).expect(200));
  const jobView = await anna.get(`/v1/job-requests/${jobId}`).set('X-Wait-For', cancelled.position).expect(200);
  expect(jobView.body).toMatchObject({ status: 'completed', deliveries: [{ deliveryId: id, status: 'cancelled' }] });
  const retried = made(await anna.post(`/v1/deliveries/${id}/retry`).expect(200));
  const listed = await anna.get('/v1/deliveries?status=waiting').set('X-Wait-For', retried.position).expect(200);
  expect(listed.body).toMatchObject({ items: [{ deliveryId: id, lastAttempt: 8 }], nextCursor: null });
  await ben.post(`/v1/deliveries/${id}/cancel`, {}).expect(404);
});

it('forgets the address of a person', async () => {
  const body = { address: 'Jane.Doe@example.org' };
  const { rows } = await world.parts.pool.query<{ recipient_id: string }>(
    "SELECT recipient_id FROM access.recipient WHERE address = 'Jane.Doe@example.org'",
  );
  await anna.post('/v1/recipients/erase', body).expect(403);
  const append = jest.spyOn(world.parts.eventStore, 'append').mockRejectedValueOnce(new Error('no store'));
  const unrecorded = await root.post('/v1/recipients/erase', body).expect(503);
  append.mockRestore();
  expect(unrecorded.body).toMatchObject({ code: 'access.not_recorded' });
  expect((await root.post('/v1/recipients/erase', body).expect(200)).body).toEqual({ erased: true });
  expect((await root.post('/v1/recipients/erase', body).expect(200)).body).toEqual({ erased: false });
  const { body: plan } = await anna.get(`/v1/schedules/${scheduleId}/deliveries`).expect(200);
  expect(plan).toMatchObject({ entries: [{ channel: 'email', to: [] }] });
  const { userId } = world.root;
  const recorded = await world.parts.eventStore.readAll({ after: 0n, limit: 10, types: ['RecipientErased'] });
  expect(recorded.events).toMatchObject([
    {
      streamId: expect.stringMatching(`^access-${userId}-`) as unknown,
      data: { recipientId: rows[0]?.recipient_id, by: userId },
      metadata: { actor: userId },
    },
  ]);
  expect(JSON.stringify(recorded.events[0]?.data)).not.toMatch(/jane/i);
});

it('takes as many deliveries and retries by hand as a person may ask for in an hour, however many at once', async () => {
  const path = `/v1/job-requests/${await completedJob()}/deliveries`;
  const mail = { channel: 'email', to: ['joe@example.org'] };
  const key = crypto.randomUUID();
  const { id } = made(await root.post(path, mail).set('Idempotency-Key', key).expect(202));
  await root.post(`/v1/deliveries/${id}/cancel`, {}).expect(200);
  // Neither a repeat counts nor what is refused.
  await root.post(path, mail).set('Idempotency-Key', key).expect(202);
  await root.post(path, { ...mail, to: ['eve@example.com'] }).expect(422);
  const answers = await Promise.all(Array.from({ length: 6 }, () => root.post(path, mail)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(3);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject({ code: 'delivery.too_many' });
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(3500);
  expect((await root.post(`/v1/deliveries/${id}/retry`).expect(429)).body).toMatchObject({ code: 'delivery.too_many' });
  const ofAnna = made(await anna.post(path, mail).expect(202));
  expect((await root.post(`/v1/deliveries/${ofAnna.id}/retry`).expect(409)).body).toMatchObject({
    code: 'delivery.not_ended',
  });
});

it('keeps no address of what was refused', async () => {
  const kept = async () => {
    const { rows } = await world.parts.pool.query("SELECT FROM access.recipient WHERE address LIKE 'new-%'");
    return rows.length;
  };
  const plan = `/v1/schedules/${scheduleId}/deliveries`;
  const mail = (name: string) => ({ channel: 'email', to: [`new-${name}@example.org`] });
  const nowhere = { channel: 'destination', destinationId: crypto.randomUUID() };
  await anna.put(plan, { entries: [mail('planned'), nowhere] }).expect(404);
  await anna
    .put(plan, { entries: [mail('planned')] })
    .set('If-Match', '"99"')
    .expect(412);
  await root.post(`/v1/job-requests/${await completedJob()}/deliveries`, mail('by-hand')).expect(429);
  expect(await kept()).toBe(0);
  await anna.put(plan, { entries: [mail('planned')] }).expect(200);
  expect(await kept()).toBe(1);
});

it('does not take a destination for a retired one that had its name, and whose plans stay as they are', async () => {
  const first = await register('shared drive', 'https://hooks.example.org/in');
  const plan = { entries: [{ channel: 'destination', destinationId: first.id }] };
  await anna.put(`/v1/schedules/${scheduleId}/deliveries`, plan).expect(200);
  const body = { name: 'shared drive', kind: 'webhook', webhook: { url: 'https://hooks.example.net/' }, secret };
  expect((await root.post('/v1/destinations', body).expect(409)).body).toMatchObject({ code: 'destination.exists' });
  await root.post(`/v1/destinations/${first.id}/retire`).expect(200);
  const key = crypto.randomUUID();
  const second = made(await root.post('/v1/destinations', body).set('Idempotency-Key', key).expect(201));
  expect(second.id).not.toBe(first.id);
  await world.parts.pool.query('TRUNCATE access.receipt');
  const repeated = made(await root.post('/v1/destinations', body).set('Idempotency-Key', key).expect(201));
  expect(repeated.id).toBe(second.id);
  const named = await root.get('/v1/destinations?search=shared').set('X-Wait-For', second.position).expect(200);
  const { items } = named.body as { items: { destinationId: string; status: string }[] };
  expect(new Map(items.map(({ destinationId, status }) => [destinationId, status]))).toEqual(
    new Map([
      [first.id, 'retired'],
      [second.id, 'active'],
    ]),
  );
  const { body: planned } = await anna.get(`/v1/schedules/${scheduleId}/deliveries`).expect(200);
  expect(planned).toMatchObject({ entries: [{ destinationId: first.id }] });
});

async function completedJob(): Promise<string> {
  const jobId = crypto.randomUUID();
  const at = new Date().toISOString();
  const file = {
    name: 'a.csv',
    key: `jobs/${jobId}/1/a.csv`,
    format: 'csv',
    mediaType: 'text/csv',
    rows: 1,
    sheets: [],
  } as const;
  const output = jobOutput({ files: [{ ...file, bytes: 1, sha256: '0'.repeat(64) }] });
  const commands: JobCommand[] = [
    { type: 'RequestJob', request: jobRequest({ jobId, owner: world.anna.userId }), at },
    { type: 'StartJob', jobId, attempt: 1, worker: 'w', at },
    { type: 'CompleteJob', jobId, attempt: 1, output, outputExpiresAt: '2036-01-01T00:00:00.000Z', at },
  ];
  for (const command of commands) {
    const commandId = crypto.randomUUID();
    const context = { commandId, correlationId: commandId, causationId: null, actor: 'test', traceparent: null };
    await execute(world.parts.eventStore, job, { streamId: streamOf('job', jobId), command, context });
  }
  return jobId;
}
