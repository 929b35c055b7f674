import { backfillIdOf, backfillJobId, streamOf } from '#domain';
import { jobRequest } from '#domain/testing';
import { toNewEvents } from '#event-sourcing';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

let world: ApiWorld;
let template: Made;

beforeAll(async () => {
  world = await startApiWorld();
  const dataset = await registerFlights(world);
  template = made(await as(world, world.anna).post('/v1/templates', lateFlights(dataset.id)).expect(201));
});
afterAll(() => world.close());
beforeEach(() => (world.log.length = 0));
afterEach(() => {
  const bad = ['answer breaks its schema', 'request failed'];
  expect(world.log.filter(({ msg }) => bad.includes(String(msg)))).toEqual([]);
});

const anna = () => as(world, world.anna);
const ben = () => as(world, world.ben);
const OCTOBER = { from: '2025-10-01T00:00:00Z', to: '2025-10-31T23:00:00Z' };

/** A schedule of Anna's of its own, daily unless told otherwise. */
async function schedule(more: object = {}, templateId = template.id): Promise<string> {
  const body = { templateId, name: 'Daily', recurrence: { type: 'daily', time: '07:30' }, timeZone: 'Europe/Berlin' };
  return made(
    await anna()
      .post('/v1/schedules', { ...body, ...more })
      .expect(201),
  ).id;
}

const path = (scheduleId: string) => `/v1/schedules/${scheduleId}/backfills`;
const started = async (scheduleId: string, more: object = {}) =>
  made(
    await anna()
      .post(path(scheduleId), { ...OCTOBER, ...more })
      .expect(202),
  );

it('starts, shows and cancels a backfill', async () => {
  const scheduleId = await schedule();
  const answer = await anna()
    .post(path(scheduleId), { ...OCTOBER, concurrency: 3, note: ' October again ' })
    .expect(202);
  const backfill = made(answer);
  expect(answer.body).toEqual({ id: backfillIdOf(scheduleId, 0), revision: 0 });
  const address = `${path(scheduleId)}/${backfill.id}`;
  expect(answer.headers.location).toBe(address);

  const shown = await anna().get(address).set('X-Wait-For', backfill.position).expect(200);
  expect(shown.headers.etag).toBe('"0"');
  expect(shown.body).toMatchObject({
    backfillId: backfill.id,
    scheduleId,
    scheduleRevision: 0,
    templateId: template.id,
    templateRevision: 0,
    owner: world.anna.userId,
    from: '2025-10-01T00:00:00.000Z',
    to: '2025-10-31T23:00:00.000Z',
    concurrency: 3,
    priority: 'low',
    note: 'October again',
    status: 'active',
    progress: { total: 31, requested: 0, running: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 },
    startedBy: world.anna.userId,
    endedAt: null,
  });
  await anna().post(`${address}/cancel`, {}).set('If-Match', '"7"').expect(412);
  const cancelled = made(await anna().post(`${address}/cancel`, {}).set('If-Match', '"0"').expect(200));
  const harder = made(await anna().post(`${address}/cancel`, { cancelRunning: true }).expect(200));
  expect([cancelled.etag, harder.etag]).toEqual(['"1"', '"2"']);
  const { body } = await anna().get(path(scheduleId)).set('X-Wait-For', harder.position).expect(200);
  expect(body).toMatchObject({
    items: [{ status: 'cancelled', cancelRunning: true, cancelCause: 'by_hand', cancelledBy: world.anna.userId }],
    nextCursor: null,
  });
});

it('is answered although the read model has not heard of it', async () => {
  const scheduleId = await schedule();
  const { id } = await started(scheduleId);
  await anna()
    .get(`${path(scheduleId)}/${id}`)
    .expect(200);
  await anna()
    .get(path(await schedule()))
    .expect(200);
});

describe('one at a time', () => {
  it('is begun for each schedule, also by two requests at the same moment', async () => {
    const scheduleId = await schedule();
    const answers = await Promise.all([1, 2, 3, 4].map(() => anna().post(path(scheduleId), OCTOBER)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409, 409]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body }) => (body as { code: string }).code)).toEqual(Array(3).fill('backfill.under_way'));
  });

  it('is followed by the next once it has ended', async () => {
    const scheduleId = await schedule();
    for (const ordinal of [0, 1, 2]) {
      const { id } = await started(scheduleId);
      expect(id).toBe(backfillIdOf(scheduleId, ordinal));
      await anna()
        .post(`${path(scheduleId)}/${id}/cancel`, {})
        .expect(200);
    }
  });

  it('is found again by the same key, even if the answer was not kept and it has ended', async () => {
    const scheduleId = await schedule();
    const send = () => anna().post(path(scheduleId), OCTOBER).set('Idempotency-Key', 'again').expect(202);
    const { id } = made(await send());
    await anna()
      .post(`${path(scheduleId)}/${id}/cancel`, {})
      .expect(200);
    await world.parts.pool.query('DELETE FROM access.receipt');
    expect(made(await send()).id).toBe(id);
    expect(await world.parts.eventStore.readStream(streamOf('backfill', backfillIdOf(scheduleId, 1)))).toEqual([]);
  });
});

describe('what cannot be backfilled is refused', () => {
  const refusal = async (scheduleId: string, body: object) => {
    const response = await anna().post(path(scheduleId), body);
    return { status: response.status, ...(response.body as { code: string; detail: string; errors?: object[] }) };
  };

  it.each([
    ['a range that ends before it starts', { from: OCTOBER.to, to: OCTOBER.from }, 'backfill.range_invalid', '/to'],
    ['a range in the future', { ...OCTOBER, to: '2999-01-01T00:00:00Z' }, 'backfill.range_invalid', '/to'],
    ['the year 1', { ...OCTOBER, from: '0001-01-01T00:00:00Z' }, 'backfill.range_invalid', '/from'],
    ['a century', { ...OCTOBER, from: '1925-10-01T00:00:00Z' }, 'backfill.too_many', '/from'],
  ])('%s', async (_, range, code, pointer) => {
    const answer = await refusal(await schedule(), range);
    expect(answer).toMatchObject({ status: 422, code, errors: [{ code, pointer }] });
    if (code === 'backfill.too_many') expect(answer.detail).toContain('36556 occurrences');
  });

  it('a range without occurrences', async () => {
    const empty = { from: '2025-10-01T08:00:00Z', to: '2025-10-01T09:00:00Z' };
    expect(await refusal(await schedule(), empty)).toMatchObject({ status: 422, code: 'backfill.nothing_due' });
  });

  it('a priority that is for administrators', async () => {
    const urgent = { ...OCTOBER, priority: 'urgent' };
    expect(await refusal(await schedule(), urgent)).toMatchObject({ status: 403, code: 'priority.not_allowed' });
  });

  it('a backfill of an event-driven schedule', async () => {
    const source = await schedule();
    const recurrence = { type: 'after_schedule', scheduleId: source };
    expect(await refusal(await schedule({ recurrence }), OCTOBER)).toMatchObject({
      status: 422,
      code: 'backfill.no_clock',
    });
  });

  it('a removed schedule, but not a paused one', async () => {
    const scheduleId = await schedule();
    await anna().post(`/v1/schedules/${scheduleId}/pause`, {}).expect(200);
    const { id } = await started(scheduleId);
    await anna()
      .post(`${path(scheduleId)}/${id}/cancel`, {})
      .expect(200);
    await anna().post(`/v1/schedules/${scheduleId}/remove`, {}).expect(200);
    expect(await refusal(scheduleId, OCTOBER)).toMatchObject({ status: 409, code: 'schedule.removed' });
  });

  it('an archived template, and one that no longer fits its table', async () => {
    await world.sample('CREATE TABLE brief (origin text, delay integer)');
    const dataset = await registerFlights(world, 'brief');
    const other = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
    const scheduleId = await schedule({}, other.id);
    await world.sample('ALTER TABLE brief DROP COLUMN delay');
    expect(await refusal(scheduleId, OCTOBER)).toMatchObject({ status: 422, code: 'template.invalid' });
    await anna().post(`/v1/templates/${other.id}/archive`, {}).expect(200);
    expect(await refusal(scheduleId, OCTOBER)).toMatchObject({ status: 409, code: 'template.archived' });
  });

  it.each([
    ['no range', {}],
    ['no time', { ...OCTOBER, from: 'yesterday' }],
    ['a day of no calendar', { ...OCTOBER, from: '2025-02-30T00:00:00Z' }],
    ['nobody at work', { ...OCTOBER, concurrency: 0 }],
    ['too many at work', { ...OCTOBER, concurrency: 21 }],
    ['half a worker', { ...OCTOBER, concurrency: 1.5 }],
    ['an unknown priority', { ...OCTOBER, priority: 'now' }],
    ['a note of a page', { ...OCTOBER, note: 'x'.repeat(501) }],
    ['an unknown field', { ...OCTOBER, jobs: 3 }],
    ['a list', { ...OCTOBER, to: ['2025-10-31T23:00:00Z'] }],
  ])('%s', async (_, body) => {
    expect(await refusal(await schedule(), body)).toMatchObject({ status: 400, code: 'request.invalid' });
  });
});

describe('what is not there, or somebody else’s', () => {
  it('is missing to others, and forbidden to those who see the template', async () => {
    const dataset = await registerFlights(world);
    const shared = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
    const scheduleId = await schedule({}, shared.id);
    const { id, position } = await started(scheduleId);
    const address = `${path(scheduleId)}/${id}`;
    for (const request of [
      () => ben().post(path(scheduleId), OCTOBER),
      () => ben().post(`${address}/cancel`, {}),
      () => ben().get(path(scheduleId)),
      () => ben().get(address),
    ]) {
      expect((await request()).body).toMatchObject({ status: 404, code: 'schedule.missing' });
    }
    const share = { userId: world.ben.userId, level: 'run' };
    const sharing = made(await anna().post(`/v1/templates/${shared.id}/share`, share).expect(200));
    await ben().post(path(scheduleId), OCTOBER).expect(403);
    await ben().post(`${address}/cancel`, {}).expect(403);
    await ben().get(address).set('X-Wait-For', sharing.position).expect(200);
    const { body } = await ben().get(path(scheduleId)).set('X-Wait-For', position).expect(200);
    expect(body).toMatchObject({ items: [{ backfillId: id }] });
    await as(world, world.root).post(`${address}/cancel`, {}).expect(200);
  });

  it('is missing: a schedule, a backfill, and another schedule’s', async () => {
    const nobody = crypto.randomUUID();
    const scheduleId = await schedule();
    const { id } = await started(await schedule());
    const expected: readonly (readonly [string, string])[] = [
      [path(nobody), 'schedule.missing'],
      [`${path(nobody)}/${id}`, 'schedule.missing'],
      [`${path(scheduleId)}/${nobody}`, 'backfill.missing'],
      [`${path(scheduleId)}/${id}`, 'backfill.missing'],
    ];
    for (const [address, code] of expected) {
      expect((await anna().get(address)).body).toMatchObject({ status: 404, code });
    }
    expect((await anna().post(`${path(scheduleId)}/${id}/cancel`, {})).body).toMatchObject({
      code: 'backfill.missing',
    });
    await anna()
      .get(`${path(scheduleId)}/no-uuid`)
      .expect(400);
  });
});

it('finds its jobs, and a rerun of one is none of them', async () => {
  const scheduleId = await schedule();
  const { id } = await started(scheduleId);
  const nominalTime = '2025-10-01T05:30:00.000Z';
  const jobId = backfillJobId(id, nominalTime);
  const owner = world.anna.userId;
  const request = jobRequest({
    jobId,
    origin: 'backfill',
    backfillId: id,
    catchUp: true,
    owner,
    scheduleId,
    nominalTime,
  });
  const at = nominalTime;
  const context = { commandId: jobId, correlationId: jobId, causationId: null, actor: owner, traceparent: null };
  const events = [
    { type: 'JobRequested', request, at },
    { type: 'JobCancelled', jobId, by: owner, reason: null, at },
  ];
  await world.parts.eventStore.append({
    streamId: streamOf('job', jobId),
    expected: 'no-stream',
    events: toNewEvents(events, context),
  });
  const rerun = made(await anna().post(`/v1/job-requests/${jobId}/rerun`, {}).expect(202));
  const { body } = await anna().get(`/v1/job-requests?backfillId=${id}`).set('X-Wait-For', rerun.position).expect(200);
  expect(body).toMatchObject({ items: [{ jobRequestId: jobId, backfillId: id }], nextCursor: null });
  const again = await anna().get(`/v1/job-requests/${rerun.id}`).expect(200);
  expect(again.body).toMatchObject({
    origin: 'rerun',
    rerunOf: jobId,
    backfillId: null,
    scheduleId: null,
    nominalTime,
  });
  const progress = await anna()
    .get(`${path(scheduleId)}/${id}`)
    .expect(200);
  expect(progress.body).toMatchObject({ progress: { total: 31, requested: 1, cancelled: 1 } });
});
