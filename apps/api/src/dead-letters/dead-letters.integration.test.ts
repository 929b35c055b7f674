import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { UserStore } from '#access';
import { job, jobFailure, redriveJobId, streamOf, type JobCommand, type JobFailure, type JobState } from '#domain';
import { retryPolicy } from '#domain/testing';
import { execute, STORE_SOURCE, type CommandContext } from '#event-sourcing';
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
import { Redrives } from './redrives';

const UNREACHABLE = jobFailure('data_source.unreachable', 'It does not answer.');
const BROKEN = jobFailure('template.invalid', 'A column is gone.');

let world: ApiWorld;
let dataset: Made;
let template: Made;

beforeAll(async () => {
  world = await startApiWorld({ EXPORT_MAX_ATTEMPTS: 1 });
  dataset = await registerFlights(world);
  template = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
});
afterAll(() => world.close());

const anna = () => as(world, world.anna);
const root = () => as(world, world.root);
const now = () => new Date().toISOString();
const code = ({ body }: Response) => (body as { code: string }).code;

function contextOf(commandId: string, actor = 'system:exporter'): CommandContext {
  return { commandId, correlationId: 'test', causationId: null, actor, traceparent: null };
}

async function tell(jobId: string, ...commands: readonly JobCommand[]): Promise<void> {
  const streamId = streamOf('job', jobId);
  for (const command of commands) {
    const outcome = await execute(world.parts.eventStore, job, { streamId, command, context: contextOf(randomUUID()) });
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  }
  const head = await world.parts.eventStore.head();
  expect(await world.parts.progress.reached('read-models', STORE_SOURCE, head, 10_000)).toBe(true);
}

/** Lets a job fail as a worker would. */
async function fails(jobId: string, failure: JobFailure = UNREACHABLE): Promise<string> {
  const attempt = { jobId, attempt: 1, at: now() };
  await tell(
    jobId,
    { type: 'StartJob', ...attempt, worker: 'w' },
    { type: 'FailAttempt', ...attempt, failure, policy: retryPolicy(), chance: 0 },
  );
  return jobId;
}

async function failed({ person = world.anna, templateId = template.id, failure = UNREACHABLE } = {}): Promise<string> {
  return fails(made(await as(world, person).post(`/v1/templates/${templateId}/run`, {}).expect(202)).id, failure);
}

/** A template with jobs of its own, so that a filter finds no others. */
async function ownTemplate(): Promise<string> {
  return made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201)).id;
}

async function listed(person: Person, query = '', position?: string): Promise<readonly string[]> {
  const get = as(world, person).get(`/v1/dead-letters?${query}`);
  const { body } = await (position === undefined ? get : get.set('X-Wait-For', position)).expect(200);
  return (body as { items: { jobRequestId: string }[] }).items.map(({ jobRequestId }) => jobRequestId);
}

async function requestOf(jobId: string) {
  const events = await world.parts.eventStore.readStream(streamOf('job', jobId));
  return (events[0]?.data as { request: Extract<JobState, { request: unknown }>['request'] }).request;
}

describe('a dead letter', () => {
  it('is shown to its owner and to administrators, by filter, until it is dropped for a reason', async () => {
    const templateId = await ownTemplate();
    const jobId = await failed({ templateId });
    const other = await failed({ templateId, failure: BROKEN });
    const own = `templateId=${templateId}`;
    expect(await listed(world.anna, own)).toEqual([jobId]);
    expect(await listed(world.root, `${own}&datasetId=${dataset.id}&dataSource=sample`)).toEqual([jobId]);
    expect(await listed(world.root, `${own}&failureCode=worker.lost`)).toEqual([]);
    expect(await listed(world.ben, own)).toEqual([]);

    const drop = (person: Person, id = jobId) =>
      as(world, person).post(`/v1/dead-letters/${id}/drop`, { reason: 'The month is closed.' });
    expect(code(await drop(world.ben).expect(404))).toBe('job.missing');
    expect(code(await drop(world.anna, other).expect(409))).toBe('job.no_dead_letter');
    expect(code(await anna().post(`/v1/dead-letters/${jobId}/drop`, { reason: ' ' }).expect(400))).toBe(
      'request.invalid',
    );
    const dropped = made(await drop(world.anna).expect(200));
    expect(made(await drop(world.anna).expect(200))).toEqual(dropped);
    const { body } = await anna().get(`/v1/job-requests/${jobId}`).set('X-Wait-For', dropped.position).expect(200);
    expect(body).toMatchObject({
      status: 'failed',
      ...{ droppedAt: expect.any(String) as string, droppedBy: world.anna.userId, dropReason: 'The month is closed.' },
      attempts: [{ attempt: 1, outcome: 'failed', failure: UNREACHABLE }],
    });
    expect(await listed(world.anna, own)).toEqual([]);
    expect(code(await anna().post(`/v1/dead-letters/${jobId}/redrive`).expect(409))).toBe('job.dropped');
    const audit = await anna().get(`/v1/audit?eventType=JobDropped&aggregateId=${jobId}`);
    expect(audit.body).toMatchObject({ items: [{ actor: world.anna.userId, after: { deadLetter: 'dropped' } }] });
  });

  it('is a job that ran out of time too: it is shown, and redriven alone or with others', async () => {
    const templateId = await ownTemplate();
    const outOfTime = async (): Promise<string> => {
      const jobId = made(await anna().post(`/v1/templates/${templateId}/run`, {}).expect(202)).id;
      const attempt = { jobId, attempt: 1, at: now() };
      await tell(
        jobId,
        { type: 'StartJob', ...attempt, worker: 'w' },
        { type: 'LoseAttempt', ...attempt, cause: 'handed_back', policy: retryPolicy({ deadlineMinutes: 1 }) },
        { type: 'ExpireJob', jobId, reason: 'retry_deadline', at: now() },
      );
      return jobId;
    };
    const [first, second] = [await outOfTime(), await outOfTime()];
    expect(await listed(world.anna, `templateId=${templateId}`)).toEqual([second, first]);
    const redriven = await anna().post(`/v1/dead-letters/${first}/redrive`).expect(202);
    expect(redriven.body).toMatchObject({ id: redriveJobId(first) });
    const { position } = made(redriven);
    expect(await listed(world.anna, `templateId=${templateId}`, position)).toEqual([second]);
    const { body } = await root().post('/v1/dead-letters/redrive', { filter: { templateId } }).expect(200);
    expect(body).toMatchObject({ runAgain: 1, items: [{ jobRequestId: second, outcome: 'redriven' }] });
  });

  it('is redriven once, whoever asks, as a job of its owner for the same time that ranks below what is due', async () => {
    const jobId = await failed();
    const path = `/v1/dead-letters/${jobId}/redrive`;
    const answers = await Promise.all([root().post(path), anna().post(path)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    const newJobId = redriveJobId(jobId);
    expect(answers.find(({ status }) => status === 202)?.body).toMatchObject({ id: newJobId });
    const late = answers.find(({ status }) => status === 409)?.body as { code: string; detail: string };
    expect(late).toMatchObject({ code: 'job.redriven', detail: expect.stringContaining(newJobId) as string });
    const { nominalTime } = await requestOf(jobId);
    expect(await requestOf(newJobId)).toMatchObject({
      ...{ rerunOf: jobId, nominalTime, owner: world.anna.userId, origin: 'retry', catchUp: true },
    });

    // What has failed again is redriven from where it stands.
    await fails(newJobId);
    expect(await listed(world.anna)).toContain(newJobId);
    expect(await listed(world.anna)).not.toContain(jobId);
    const { id } = made(await anna().post(path).expect(202));
    expect(await requestOf(id)).toMatchObject({ rerunOf: newJobId, nominalTime });
    expect(
      code(
        await anna()
          .post(`/v1/dead-letters/${await failed({ failure: BROKEN })}/redrive`)
          .expect(409),
      ),
    ).toBe('job.no_dead_letter');
    expect(code(await as(world, world.ben).post(path).expect(404))).toBe('job.missing');
  });
});

describe('a bulk redrive', () => {
  it('tells what it would do, and then does it, job by job', async () => {
    const templateId = await ownTemplate();
    const first = await failed({ templateId });
    const second = await failed({ templateId });
    const third = await failed({ templateId });
    await failed({ templateId, failure: BROKEN });
    const archived = await ownTemplate();
    await failed({ templateId: archived });
    await anna().post(`/v1/templates/${archived}/archive`).expect(200);
    const again = made(await anna().post(`/v1/job-requests/${third}/retry`).expect(202));
    await anna().get('/v1/dead-letters').set('X-Wait-For', again.position).expect(200);

    const bulk = (key: string, body: object) =>
      anna().post('/v1/dead-letters/redrive', body).set('Idempotency-Key', `${key}-${templateId}`);
    const filter = { templateId, dataSource: 'sample' };
    const item = { outcome: 'redriven', code: null, message: null };
    const items = [first, second].map((jobId) => ({
      ...item,
      jobRequestId: jobId,
      newJobRequestId: redriveJobId(jobId),
    }));
    const dry = await bulk('dry', { filter, dryRun: true }).expect(200);
    expect(dry.body).toEqual({ dryRun: true, matching: 2, runAgain: 1, items });
    expect(await world.parts.eventStore.readStream(streamOf('job', redriveJobId(first)))).toEqual([]);

    const part = await bulk('part', { filter, limit: 1 }).expect(200);
    expect(part.body).toEqual({ dryRun: false, matching: 2, runAgain: 1, items: [items[0]] });
    expect((await bulk('part', { filter, limit: 1 }).expect(200)).body).toEqual(part.body);
    const position = part.headers['x-stream-position'] ?? '';
    expect(await requestOf(redriveJobId(first))).toMatchObject({ catchUp: true, rerunOf: first });
    await anna().get('/v1/dead-letters').set('X-Wait-For', position).expect(200);
    expect((await bulk('rest', { filter }).expect(200)).body).toMatchObject({
      matching: 1,
      runAgain: 2,
      items: [items[1]],
    });

    const refused = await bulk('archived', { filter: { templateId: archived } }).expect(200);
    expect(refused.body).toMatchObject({
      items: [{ outcome: 'refused', code: 'template.archived', newJobRequestId: null }],
    });
  });

  it('is of failed jobs that are no dead letters too, where they are asked for, and for administrators of anybody', async () => {
    const templateId = await ownTemplate();
    const jobId = await failed({ templateId, failure: BROKEN });
    const body = { filter: { templateId, failureCode: BROKEN.code } };
    const bens = await as(world, world.ben).post('/v1/job-requests/redrive', body).expect(200);
    expect(bens.body).toMatchObject({ matching: 0, items: [] });
    const { body: redriven } = await root().post('/v1/job-requests/redrive', body).expect(200);
    expect(redriven).toMatchObject({ items: [{ jobRequestId: jobId, outcome: 'redriven' }] });
    expect(await requestOf(redriveJobId(jobId))).toMatchObject({ owner: world.anna.userId });
  });

  it('leaves out jobs of those who may not sign in any more, and finds itself when its answer was lost', async () => {
    const dora = await world.addUser('dora');
    await anna().post(`/v1/templates/${template.id}/share`, { userId: dora.userId, level: 'run' }).expect(200);
    const jobId = await failed({ person: dora });
    const { userId } = world.root;
    const caller = { userId, role: 'admin', username: 'root', displayName: 'root' } as const;
    const from = { caller, now: new Date(), context: contextOf(randomUUID(), userId) };
    const redrives = world.app.get(Redrives);
    await new UserStore(world.parts.pool).disable(dora.userId, new Date());
    await expect(redrives.redrive(from, jobId)).rejects.toMatchObject({ code: 'job.owner_absent' });
    await new UserStore(world.parts.pool).enable(dora.userId);
    const newJobId = redriveJobId(jobId);
    expect(await redrives.redrive(from, jobId)).toMatchObject({ outcome: 'redriven', newJobId });
    expect(await redrives.redrive(from, jobId)).toMatchObject({
      outcome: 'redriven',
      newJobId,
      stored: { revision: 0 },
    });
    const another = { ...from, context: contextOf(randomUUID(), userId) };
    expect(await redrives.redrive(another, jobId)).toEqual({ outcome: 'left_out', code: 'job.redriven', newJobId });
  });

  it('is refused what it cannot be', async () => {
    for (const body of [
      { limit: 0 },
      { limit: 1001 },
      { filter: { since: 'yesterday' } },
      { filter: { since: '0000-01-01T00:00:00Z' } },
      { filter: { owner: 'anna' } },
    ]) {
      expect(code(await anna().post('/v1/dead-letters/redrive', body).expect(400))).toBe('request.invalid');
    }
    await world.http.post('/v1/dead-letters/redrive').send({}).expect(401);
  });
});
