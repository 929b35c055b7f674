import { createHash } from 'node:crypto';
import type { Response } from 'supertest';
import { jobFailure, streamOf, type JobEvent, type JobOutput } from '#domain';
import { STORE_SOURCE, toNewEvents } from '#event-sourcing';
import { JobEvents } from './job-events';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

const NAME = 'Späte Flüge "50%"; 2026.csv';
const CONTENT = 'Origin,Minutes late\r\nAP1,16\r\n';
const SHA = createHash('sha256').update(CONTENT).digest('hex');

let world: ApiWorld;
let template: Made;
let job: Made;

beforeAll(async () => {
  world = await startApiWorld();
  const dataset = await registerFlights(world);
  template = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
});
beforeEach(async () => {
  job = made(await anna().post(`/v1/templates/${template.id}/run`, {}).expect(202));
});
afterAll(() => world.close());

const anna = () => as(world, world.anna);
const now = () => new Date().toISOString();

/** What a worker would record. */
async function happens(...events: JobEvent[]): Promise<void> {
  const context = { correlationId: 'test', causationId: null, actor: 'system:exporter', traceparent: null };
  const outcome = await world.parts.eventStore.append({
    streamId: streamOf('job', job.id),
    expected: 'any',
    events: toNewEvents(events, { ...context, commandId: crypto.randomUUID() }),
  });
  if (!outcome.ok) throw new Error('not stored');
  expect(await world.parts.progress.reached('read-models', STORE_SOURCE, outcome.position, 10_000)).toBe(true);
}

const started = (attempt = 1): JobEvent => ({ type: 'JobStarted', jobId: job.id, attempt, worker: 'w', at: now() });

function output(): JobOutput {
  const key = `jobs/${job.id}/1/${NAME}`;
  const file = {
    name: NAME,
    key,
    format: 'csv',
    mediaType: 'text/csv; charset=utf-8',
    sheets: [],
    sha256: SHA,
  } as const;
  return {
    files: [{ ...file, rows: 1, bytes: Buffer.byteLength(CONTENT) }],
    rows: 1,
    truncated: false,
    warnings: [],
    withheld: null,
    contentSha256: null,
    timings: { planMs: 1, exportMs: 2, storeMs: 3 },
  };
}

const completed = (): JobEvent => ({
  type: 'JobCompleted',
  jobId: job.id,
  attempt: 1,
  output: output(),
  outputExpiresAt: now(),
  at: now(),
});

/** A job that has left its file. */
async function complete(): Promise<string> {
  const upload = await world.parts.fileStore.create(`jobs/${job.id}/1/${NAME}`);
  upload.stream.write(CONTENT);
  await upload.commit();
  await happens(started(), completed());
  const manifest = await anna().get(`/v1/job-requests/${job.id}/output`).expect(200);
  return (manifest.body as { files: { href: string }[] }).files[0]?.href ?? '';
}

const code = ({ body }: Response) => (body as { code: string }).code;

describe('the output of a job', () => {
  it('is not there before the job has completed', async () => {
    expect(code(await anna().get(`/v1/job-requests/${job.id}/output`).expect(409))).toBe('output.not_ready');
    expect(code(await anna().get(`/v1/job-requests/${job.id}/files/a.csv`).expect(409))).toBe('output.not_ready');
  });

  it('is a manifest with links, which tells nothing about the store', async () => {
    const href = await complete();
    const { body } = await anna().get(`/v1/job-requests/${job.id}/output`).expect(200);
    expect(body).toMatchObject({ rows: 1, files: [{ name: NAME, bytes: CONTENT.length, sha256: SHA, href }] });
    expect(JSON.stringify(body)).not.toContain('"key"');
    const read = await anna().get(`/v1/job-requests/${job.id}`).expect(200);
    expect(read.body).toMatchObject({ status: 'completed', rowCount: 1, attempts: [{ outcome: 'completed' }] });
    expect(JSON.stringify(read.body)).not.toContain('"key"');
  });

  it('is downloaded whole, under a name that is safe, and recorded', async () => {
    const href = await complete();
    const response = await anna().get(href).buffer().expect(200);
    expect(response.text).toBe(CONTENT);
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-length': String(CONTENT.length),
      'content-disposition':
        `attachment; filename="Spate Fluge _50__; 2026.csv"; ` +
        `filename*=UTF-8''Sp%C3%A4te%20Fl%C3%BCge%20%2250%25%22%3B%202026.csv`,
      'x-content-type-options': 'nosniff',
      etag: `"${SHA}"`,
      'accept-ranges': 'bytes',
    });
    const events = await world.parts.eventStore.readStream(`access-${world.anna.userId}-${now().slice(0, 10)}`);
    expect(events.at(-1)).toMatchObject({
      type: 'FileDownloaded',
      data: { userId: world.anna.userId, jobId: job.id, bytes: CONTENT.length },
      metadata: { actor: world.anna.userId, correlationId: response.headers['x-correlation-id'] },
    });
  });

  it('does not happen when it cannot be recorded', async () => {
    const href = await complete();
    const read = jest.spyOn(world.parts.fileStore, 'read');
    const append = jest.spyOn(world.parts.eventStore, 'append').mockRejectedValueOnce(new Error('no store'));
    const response = await anna().get(href).expect(503);
    append.mockRestore();
    expect(code(response)).toBe('access.not_recorded');
    expect(response.headers['content-disposition']).toBeUndefined();
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
    await anna().get(href).expect(200);
  });

  it('is given in part to those who ask for a part', async () => {
    const href = await complete();
    const part = await anna().get(href).set('Range', 'bytes=0-5').buffer().expect(206);
    expect([part.text, part.headers['content-range']]).toEqual(['Origin', `bytes 0-5/${CONTENT.length}`]);
    const tail = await anna().get(href).set('Range', 'bytes=-4').buffer().expect(206);
    expect(tail.text).toBe('16\r\n');
    const beyond = await anna().get(href).set('Range', 'bytes=900-').expect(416);
    expect(beyond.headers['content-range']).toBe(`bytes */${CONTENT.length}`);
    await anna().get(href).set('Range', 'bytes=0-1').set('If-Range', '"other"').expect(200);
    const count = async () =>
      (await world.parts.eventStore.readStream(`access-${world.anna.userId}-${now().slice(0, 10)}`)).length;
    const before = await count();
    const head = await world.http.head(href).set('Authorization', `Bearer ${world.anna.token}`).expect(200);
    expect(head.headers['content-length']).toBe(String(CONTENT.length));
    expect(await count()).toBe(before);
  });

  it('is nobody else’s, and only what the manifest names', async () => {
    const href = await complete();
    expect(code(await as(world, world.ben).get(href).expect(404))).toBe('job.missing');
    await world.http.get(href).expect(401);
    for (const name of ['other.csv', '..%2F..%2Fcredentials', `%2e%2e%2f1%2f${encodeURIComponent(NAME)}`]) {
      expect(code(await anna().get(`/v1/job-requests/${job.id}/files/${name}`).expect(404))).toBe(
        'output.file_missing',
      );
    }
  });

  it('is gone once it has expired', async () => {
    const href = await complete();
    await happens({ type: 'OutputExpired', jobId: job.id, at: now() });
    expect(code(await anna().get(href).expect(410))).toBe('output.expired');
    expect(code(await anna().get(`/v1/job-requests/${job.id}/output`).expect(410))).toBe('output.expired');
  });

  it('is gone when somebody removed the file', async () => {
    const href = await complete();
    await world.parts.fileStore.removeFolder(`jobs/${job.id}`);
    expect(code(await anna().get(href).expect(410))).toBe('output.expired');
  });
});

describe('a job by hand', () => {
  it('is cancelled once', async () => {
    const cancelled = await anna().post(`/v1/job-requests/${job.id}/cancel`, { reason: 'wrong one' }).expect(200);
    await anna().post(`/v1/job-requests/${job.id}/cancel`, {}).expect(200);
    const read = await anna().get(`/v1/job-requests/${job.id}`).set('X-Wait-For', made(cancelled).position).expect(200);
    expect(read.body).toMatchObject({ status: 'cancelled', cancelReason: 'wrong one', cancelledBy: world.anna.userId });
  });

  it('is retried when it failed and rerun when it ended, as a new job for the same time', async () => {
    expect(code(await anna().post(`/v1/job-requests/${job.id}/rerun`).expect(409))).toBe('job.not_ended');
    const failure = jobFailure('export.failed', 'It failed.');
    await happens(started(), {
      ...{ type: 'JobFailed', jobId: job.id, attempt: 1, failure, at: now() },
      worker: 'w',
      durationMs: 1,
    });
    const first = await anna().get(`/v1/job-requests/${job.id}`).expect(200);
    expect(first.body).toMatchObject({ status: 'failed', failure });

    const retried = made(await anna().post(`/v1/job-requests/${job.id}/retry`).expect(202));
    const { nominalTime } = first.body as { nominalTime: string };
    const read = await anna().get(`/v1/job-requests/${retried.id}`).expect(200);
    expect(read.body).toMatchObject({ status: 'requested', origin: 'retry', rerunOf: job.id, nominalTime });
    const rerun = made(await anna().post(`/v1/job-requests/${job.id}/rerun`).expect(202));
    expect(rerun.id).not.toBe(retried.id);
    const { body } = await anna().get(`/v1/job-requests?rerunOf=${job.id}`).set('X-Wait-For', rerun.position);
    expect((body as { items: { origin: string }[] }).items.map(({ origin }) => origin)).toEqual(['rerun', 'retry']);

    const failed = await anna().get('/v1/job-requests?status=failed&status=expired&batchTypeId=4').expect(200);
    expect(failed.body).toMatchObject({ items: [{ jobRequestId: job.id }], nextCursor: null });
  });

  it('that completed is no failure to retry', async () => {
    await complete();
    expect(code(await anna().post(`/v1/job-requests/${job.id}/retry`).expect(409))).toBe('job.did_not_fail');
    expect(code(await anna().post(`/v1/job-requests/${job.id}/cancel`, {}).expect(409))).toBe('job.ended');
  });

  it('shows how far it has got', async () => {
    await happens(started());
    await world.parts.pool.query(
      `INSERT INTO exporter.export_queue (job_id, owner, dataset_id, priority, level, enqueued_at, nominal_time, ready_at, rows_done, bytes_done)
       VALUES ($1, $2, $1, 'normal', 1, now(), now(), now(), 120, 4096)`,
      [job.id, world.anna.userId],
    );
    const { body } = await anna().get(`/v1/job-requests/${job.id}`).expect(200);
    expect(body).toMatchObject({ status: 'running', progress: { rowsDone: 120, bytesDone: 4096 } });
  });
});

describe('following a job', () => {
  it('tells its state first, then each change and progress, and ends with it', async () => {
    const stream = await follow();
    expect(await stream.next()).toMatchObject({ event: 'status', id: '0', data: { status: 'requested' } });

    await happens(started());
    expect(await stream.next()).toMatchObject({ event: 'status', data: { status: 'running', attempt: 1 } });

    const { pool } = world.parts;
    await pool.query(
      `INSERT INTO exporter.export_queue (job_id, owner, dataset_id, priority, level, enqueued_at, nominal_time, ready_at, rows_done, bytes_done)
       VALUES ($1, $2, $1, 'normal', 1, now(), now(), now(), 7, 70)`,
      [job.id, world.anna.userId],
    );
    await pool.query(`SELECT pg_notify('job_progress', $1)`, [job.id]);
    expect(await stream.next()).toMatchObject({ event: 'progress', data: { rowsDone: 7, bytesDone: 70 } });

    await happens(completed());
    const last = await stream.next();
    expect(last).toMatchObject({ event: 'status', id: '2', data: { status: 'completed', jobOutput: { rows: 1 } } });
    expect(await stream.next()).toBeNull();

    const again = await follow({ 'Last-Event-ID': '2' });
    expect(again.status).toBe(204);
    const fresh = await follow();
    expect(await fresh.next()).toMatchObject({ data: { status: 'completed' } });
    expect(await fresh.next()).toBeNull();
  });

  it('is given up when the caller goes away', async () => {
    world.log.length = 0;
    const jobEvents = world.app.get(JobEvents);
    const stream = await follow();
    await stream.next();
    expect(jobEvents.followers).toBe(1);
    stream.abort();
    await happens(started());
    while (jobEvents.followers > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(world.log.filter(({ level }) => level === 50)).toEqual([]);
  });

  it('ends when the server stops', async () => {
    const stream = await follow();
    expect(await stream.next()).toMatchObject({ data: { status: 'requested' } });
    const closing = world.close();
    expect(await stream.next()).toBeNull();
    await closing;
    world = await startApiWorld();
    const dataset = await registerFlights(world);
    template = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
  });
});

interface Told {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** Reads server-sent events one by one; null at the end. */
async function follow(headers: Record<string, string> = {}) {
  const controller = new AbortController();
  const response = await fetch(`${world.url}/v1/job-requests/${job.id}/events`, {
    headers: { authorization: `Bearer ${world.anna.token}`, ...headers },
    signal: controller.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<Told | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = field('data');
        if (data !== undefined)
          return { event: field('event') ?? '', id: field('id'), data: JSON.parse(data) as unknown };
        continue;
      }
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return null;
      text += chunk.value;
    }
  };
  return { status: response.status, next, abort: () => controller.abort() };
}
