import { streamOf } from '#domain';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

const NOBODY = '00000000-0000-4000-8000-000000000000';

let world: ApiWorld;
let dataset: Made;
let template: Made;

beforeAll(async () => {
  world = await startApiWorld();
  dataset = await registerFlights(world);
  template = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
});
afterAll(() => world.close());
afterEach(() => {
  expect(world.log.filter(({ level }) => level === 50)).toEqual([]);
});

const anna = () => as(world, world.anna);
const ben = () => as(world, world.ben);
const root = () => as(world, world.root);

const daily = { type: 'daily', time: '07:30' };
const after = (scheduleId: string) => ({ type: 'after_schedule', scheduleId });
const bodyOf = (recurrence: object, more: object = {}) => ({ name: 'S', recurrence, timeZone: 'UTC', ...more });

async function define(recurrence: object, more: object = {}): Promise<Made> {
  const body = { templateId: template.id, ...bodyOf(recurrence, more) };
  return made(await anna().post('/v1/schedules', body).expect(201));
}

async function problemOf(recurrence: object): Promise<object> {
  const body = { templateId: template.id, ...bodyOf(recurrence) };
  return (await anna().post('/v1/schedules', body).expect(422)).body as object;
}

describe('a schedule that waits for another one', () => {
  it('is refused where that is unknown, removed or hidden', async () => {
    const unknown = {
      code: 'schedule.invalid',
      errors: [{ code: 'recurrence.unknown_schedule', pointer: '/recurrence/scheduleId' }],
    };
    expect(await problemOf(after(NOBODY))).toMatchObject(unknown);
    const gone = await define(daily);
    await anna().post(`/v1/schedules/${gone.id}/remove`).expect(200);
    expect(await problemOf(after(gone.id))).toMatchObject(unknown);

    const own = made(await ben().post('/v1/templates', lateFlights(dataset.id)).expect(201));
    const hidden = made(
      await ben()
        .post('/v1/schedules', { templateId: own.id, ...bodyOf(daily) })
        .expect(201),
    );
    expect(await problemOf(after(hidden.id))).toMatchObject(unknown);
  });

  it('is refused where the chain comes back to it', async () => {
    const first = await define(daily);
    const second = await define(after(first.id));
    const third = await define(after(second.id));
    const revise = async (recurrence: object, status: number) =>
      (await anna().put(`/v1/schedules/${first.id}`, bodyOf(recurrence)).set('If-Match', '*').expect(status))
        .body as object;
    const cycle = { errors: [{ code: 'recurrence.cycle', pointer: '/recurrence/scheduleId' }] };
    expect(await revise(after(third.id), 422)).toMatchObject(cycle);
    expect(await revise(after(first.id), 422)).toMatchObject(cycle);
    await revise({ type: 'dataset_refreshed', datasetId: dataset.id }, 200);
  });
});

describe('a dataset whose data are new', () => {
  it('is told so by administrators, each time', async () => {
    const path = `/v1/datasets/${dataset.id}/refreshed`;
    await anna().post(path).expect(403);
    await root().post(`/v1/datasets/${NOBODY}/refreshed`).expect(404);
    const first = made(await root().post(path).expect(200));
    const second = made(await root().post(path).expect(200));
    expect(Number(second.etag.slice(1, -1))).toBe(Number(first.etag.slice(1, -1)) + 1);
    const events = await world.parts.eventStore.readStream(streamOf('dataset', dataset.id));
    expect(events.at(-1)).toMatchObject({ type: 'DatasetRefreshed', data: { by: world.root.userId } });
  });

  it('must be there for a schedule that waits for it', async () => {
    expect(await problemOf({ type: 'dataset_refreshed', datasetId: NOBODY })).toMatchObject({
      errors: [{ code: 'recurrence.unknown_dataset', pointer: '/recurrence/datasetId' }],
    });
  });
});

describe('a pause with an end', () => {
  it('shows it, and why it is one', async () => {
    const schedule = await define(daily);
    const path = `/v1/schedules/${schedule.id}`;
    const past = await anna().post(`${path}/pause`, { until: '2020-01-01T00:00:00Z' }).expect(422);
    expect(past.body).toMatchObject({ code: 'pause.until_passed' });
    const until = '2999-01-01T00:00:00.000Z';
    const paused = made(await anna().post(`${path}/pause`, { note: 'moving', until }).expect(200));
    const read = await anna().get(path).set('X-Wait-For', paused.position).expect(200);
    expect(read.body).toMatchObject({
      status: 'paused',
      pauseNote: 'moving',
      pausedUntil: until,
      pauseCause: 'by_hand',
    });
    const resumed = made(await anna().post(`${path}/resume`).expect(200));
    const again = await anna().get(path).set('X-Wait-For', resumed.position).expect(200);
    expect(again.body).toMatchObject({ status: 'active', pausedUntil: null, pauseCause: null });
  });
});

it('a schedule tells no more next times than it has runs left', async () => {
  const schedule = await define(daily, { maxRuns: 3 });
  const read = await anna().get(`/v1/schedules/${schedule.id}`).set('X-Wait-For', schedule.position).expect(200);
  expect(read.body).toMatchObject({
    maxRuns: 3,
    runs: 0,
    nextRuns: [expect.any(String), expect.any(String), expect.any(String)],
  });
  await world.parts.pool.query(
    `INSERT INTO scheduler.due (schedule_id, template_id, owner, definition, status, effective_from, schedule_revision, runs)
     VALUES ($1, $2, $3, '{}', 'active', now(), 0, 2)`,
    [schedule.id, template.id, world.anna.userId],
  );
  const later = await anna().get(`/v1/schedules/${schedule.id}`).expect(200);
  expect(later.body).toMatchObject({ runs: 2, nextRuns: [expect.any(String)] });
});
