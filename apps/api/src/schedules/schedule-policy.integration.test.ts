import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { job, streamOf } from '#domain';
import { jobRequest, NOON } from '#domain/testing';
import { execute } from '#event-sourcing';
import {
  as,
  lateFlights,
  made,
  registerFlights,
  startApiWorld,
  type ApiWorld,
  type Made,
  type Person,
} from '../testing/api-world';

const MORNING = { name: 'Each morning', recurrence: { type: 'daily', time: '07:30' }, timeZone: 'Europe/Berlin' };

let world: ApiWorld;
let dataset: Made;
let template: Made;

async function begin(settings: Parameters<typeof startApiWorld>[0]): Promise<void> {
  world = await startApiWorld(settings);
  dataset = await registerFlights(world);
  template = made(await as(world, world.anna).post('/v1/templates', lateFlights(dataset.id)).expect(201));
}

const define = (more: object = {}, person: Person = world.anna) =>
  as(world, person).post('/v1/schedules', { templateId: template.id, ...MORNING, ...more });
const codeOf = ({ status, body }: Response) => `${status} ${(body as { code?: string }).code ?? ''}`.trim();
const verb = (schedule: Made, name: string, body: object = {}) =>
  as(world, world.anna).post(`/v1/schedules/${schedule.id}/${name}`, body);

describe('what the settings allow', () => {
  beforeAll(() => begin({ SCHEDULE_MIN_INTERVAL_MINUTES: 15 }));
  afterAll(() => world.close());

  it('keeps times apart, when a schedule is defined and revised', async () => {
    const often = { recurrence: { type: 'minutes', every: 14 } };
    const response = await define(often).expect(422);
    expect(response.body).toMatchObject({
      code: 'schedule.invalid',
      errors: [
        {
          code: 'schedule.too_frequent',
          pointer: '/recurrence',
          message: expect.stringMatching('14 minutes') as string,
        },
      ],
    });
    const schedule = made(await define({ recurrence: { type: 'minutes', every: 15 } }).expect(201));
    const revise = as(world, world.anna).put(`/v1/schedules/${schedule.id}`, { ...MORNING, ...often });
    expect(codeOf(await revise.set('If-Match', schedule.etag))).toBe('422 schedule.invalid');
  });

  it('tells a preview so as well', async () => {
    const often = { timeZone: 'UTC', recurrence: { type: 'minutes', every: 5 } };
    const { body } = await as(world, world.anna).post('/v1/schedules/preview', often).expect(422);
    expect(body).toMatchObject({ errors: [{ code: 'schedule.too_frequent' }] });
  });

  it('tells what is wrong with a recurrence rather than how often it would fire', async () => {
    const { body } = await define({ recurrence: { type: 'cron', expression: '* * * * * *' } }).expect(422);
    expect(body).toMatchObject({ errors: [{ code: 'recurrence.seconds_not_allowed' }] });
  });

  it('gives urgent to administrators, for schedules and for runs by hand', async () => {
    const urgent = { priority: 'urgent' };
    expect(codeOf(await define(urgent))).toBe('403 priority.not_allowed');
    await define(urgent, world.root).expect(201);
    await define({ priority: 'high' }).expect(201);
    const run = (person: Person) => as(world, person).post(`/v1/templates/${template.id}/run`, urgent);
    expect(codeOf(await run(world.anna))).toBe('403 priority.not_allowed');
    await run(world.root).expect(202);
    const jobs = { ...urgent, batchTypeId: 1, datasetId: dataset.id };
    expect(codeOf(await as(world, world.anna).post('/v1/job-requests', jobs))).toBe('403 priority.not_allowed');
  });

  it('asks again when a schedule is resumed or revised that an administrator made urgent', async () => {
    const schedule = made(await define().expect(201));
    const revise = (person: Person, more: object) =>
      as(world, person)
        .put(`/v1/schedules/${schedule.id}`, { ...MORNING, ...more })
        .set('If-Match', '*');
    await revise(world.root, { priority: 'urgent' }).expect(200);
    await verb(schedule, 'pause').expect(200);
    expect(codeOf(await verb(schedule, 'resume'))).toBe('403 priority.not_allowed');
    expect(codeOf(await revise(world.anna, { name: 'Mine', priority: 'urgent' }))).toBe('403 priority.not_allowed');
    await revise(world.anna, { priority: 'high' }).expect(200);
    await verb(schedule, 'resume').expect(200);
  });

  it('runs an urgent job again with high priority for those who may not have it urgent', async () => {
    const jobId = randomUUID();
    const request = jobRequest({ jobId, owner: world.anna.userId, priority: 'urgent' });
    await execute(world.parts.eventStore, job, {
      streamId: streamOf('job', jobId),
      command: { type: 'RequestJob', request, at: NOON },
      context: { commandId: jobId, correlationId: jobId, causationId: null, actor: 'system:test', traceparent: null },
    });
    await as(world, world.anna).post(`/v1/job-requests/${jobId}/cancel`, {}).expect(200);
    const again = made(await as(world, world.anna).post(`/v1/job-requests/${jobId}/rerun`).expect(202));
    const { body } = await as(world, world.anna)
      .get(`/v1/job-requests/${again.id}`)
      .set('X-Wait-For', again.position)
      .expect(200);
    expect(body).toMatchObject({ priority: 'high' });
  });
});

describe('schedules for each person', () => {
  beforeEach(() => begin({ SCHEDULES_PER_USER: 3, URGENT_PRIORITY_FOR: 'everybody' }));
  afterEach(() => world.close());

  it('are so many at most, also of those who ask at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => define({ priority: 'urgent' })));
    expect(answers.map(codeOf).toSorted()).toEqual([
      ...Array<string>(3).fill('201'),
      ...Array<string>(5).fill('409 schedule.too_many'),
    ]);
    const own = made(await as(world, world.ben).post('/v1/templates', lateFlights(dataset.id)).expect(201));
    await as(world, world.ben)
      .post('/v1/schedules', { templateId: own.id, ...MORNING })
      .expect(201);
  });

  it('do not count those that are removed or were refused, and count those that are paused', async () => {
    const schedules = [made(await define().expect(201)), made(await define().expect(201))];
    await define({ timeZone: 'Mars/Olympus' }).expect(422);
    await verb(schedules[0]!, 'pause').expect(200);
    const third = made(await define().expect(201));
    expect(codeOf(await define())).toBe('409 schedule.too_many');
    const removed = made(await verb(third, 'remove').expect(200));
    await as(world, world.anna).get('/v1/schedules').set('X-Wait-For', removed.position).expect(200);
    await define().expect(201);
    expect(codeOf(await define())).toBe('409 schedule.too_many');
  });

  it('leave a repeated request its answer', async () => {
    await define().expect(201);
    await define().expect(201);
    const repeated = () => define().set('Idempotency-Key', 'third');
    const first = made(await repeated().expect(201));
    expect(made(await repeated().expect(201)).id).toBe(first.id);
  });
});
