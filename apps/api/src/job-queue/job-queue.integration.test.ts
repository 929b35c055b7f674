import { randomUUID } from 'node:crypto';
import { as, startApiWorld, type ApiWorld } from '../testing/api-world';

const SALES = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d01';
const OTHER = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d02';
const EVERY_DAY = { weekdays: [1, 2, 3, 4, 5, 6, 7], timeZone: 'UTC' };
const ALWAYS = [
  { ...EVERY_DAY, from: '00:00', to: '12:00' },
  { ...EVERY_DAY, from: '12:00', to: '00:00' },
];

interface Queued {
  readonly owner: string;
  readonly level?: number;
  readonly datasetId?: string;
  readonly readyInSeconds?: number;
  readonly attempt?: number;
  readonly worker?: string;
  readonly scheduleId?: string;
  readonly exclusive?: boolean;
  readonly nominalTime?: string;
}

let world: ApiWorld;
let requested = 0;

beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.parts.pool.query(
    'TRUNCATE exporter.export_queue, exporter.worker, exporter.share, exporter.dataset, exporter.data_source',
  );
});

/** A row as the exporter would have it, requested after the one before. */
async function queued(job: Queued): Promise<string> {
  const jobId = randomUUID();
  requested += 1;
  const { readyInSeconds = -60, worker = null } = job;
  await world.parts.pool.query(
    `INSERT INTO exporter.export_queue (job_id, owner, dataset_id, priority, level, enqueued_at, nominal_time, ready_at, delayed,
       attempt, lease_owner, lease_expires_at, schedule_id, exclusive)
     VALUES ($1, $2, $3, 'normal', $4, now() - interval '1 hour' + $5 * interval '1 millisecond', $6,
       now() + $7 * interval '1 second', $7 > 0, $8, $9, CASE WHEN $9::text IS NOT NULL THEN now() + interval '1 hour' END, $10, $11)`,
    [
      ...[jobId, job.owner, job.datasetId ?? SALES, job.level ?? 1, requested],
      ...[job.nominalTime ?? '2026-11-23T12:00:00Z', readyInSeconds, job.attempt ?? 0, worker],
      ...[job.scheduleId ?? null, job.exclusive ?? false],
    ],
  );
  return jobId;
}

interface Answer {
  readonly items: readonly {
    readonly jobRequestId: string;
    readonly position: number;
    readonly reason: { readonly type: string };
  }[];
  readonly nextCursor: string | null;
}

describe('the queue of jobs', () => {
  it('shows an administrator every job with its place and its reason, and what runs where', async () => {
    const { anna, root } = world;
    const { pool } = world.parts;
    await pool.query(
      `INSERT INTO exporter.worker VALUES ('host/1/a', 4, now()), ('gone', 9, now() - interval '1 minute')`,
    );
    await pool.query(`INSERT INTO exporter.dataset VALUES ($1, 'sales', false, 0), ($2, 'other', false, 0)`, [
      SALES,
      OTHER,
    ]);
    await pool.query(`INSERT INTO exporter.data_source VALUES ($1, 'other', NULL, $2, 0), ($3, 'sales', 1, '[]', 0)`, [
      randomUUID(),
      JSON.stringify(ALWAYS),
      randomUUID(),
    ]);
    const scheduleId = randomUUID();
    const running = await queued({ owner: anna.userId, worker: 'host/1/a/7', scheduleId });
    const limited = await queued({ owner: anna.userId, level: -3 });
    const delayed = await queued({ owner: anna.userId, readyInSeconds: 600 });
    const retried = await queued({ owner: anna.userId, readyInSeconds: 600, attempt: 1 });
    const closed = await queued({ owner: root.userId, datasetId: OTHER, level: 3 });
    const alone = await queued({ owner: root.userId, scheduleId, exclusive: true });
    const free = await queued({ owner: root.userId, datasetId: randomUUID() });

    const { body } = await as(world, root).get('/v1/job-queue').expect(200);
    expect(body).toMatchObject({
      capacity: { processes: 1, slots: 4 },
      running: [{ jobRequestId: running, userId: anna.userId, dataSource: 'sales', scheduleId, worker: 'host/1/a/7' }],
      reasons: {
        start_after: 1,
        retry: 1,
        exclusive: 1,
        blackout: 1,
        circuit_open: 0,
        circuit_probe: 0,
        data_source_limit: 1,
        dataset_limit: 0,
        user_limit: 0,
        slots: 1,
      },
      unplaced: 0,
      nextCursor: null,
    });
    const { items } = body as Answer;
    expect(items.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    const reasons = new Map(items.map(({ jobRequestId, reason }) => [jobRequestId, reason]));
    expect(reasons.get(limited)).toEqual({ type: 'data_source_limit', until: null, behind: null });
    expect(reasons.get(delayed)).toMatchObject({ type: 'start_after', until: expect.stringMatching(/Z$/) as string });
    expect(reasons.get(retried)).toMatchObject({ type: 'retry' });
    expect(reasons.get(closed)).toMatchObject({ type: 'blackout', until: expect.stringMatching(/Z$/) as string });
    expect(reasons.get(alone)).toEqual({ type: 'exclusive', until: null, behind: running });
    expect(reasons.get(free)).toEqual({ type: 'slots', until: null, behind: null });
    expect(items[0]).toMatchObject({ jobRequestId: closed, priority: 'urgent', catchUp: false });
    expect(items).toContainEqual(expect.objectContaining({ jobRequestId: limited, priority: 'normal', catchUp: true }));
  });

  it('shows everybody else their own jobs, with their places among all', async () => {
    const { anna, ben } = world;
    await queued({ owner: anna.userId, level: 2 });
    await queued({ owner: anna.userId, worker: 'host/1/a/1' });
    const bens = await queued({ owner: ben.userId });
    const { body } = await as(world, ben).get('/v1/job-queue').expect(200);
    expect(body).toMatchObject({ running: [], reasons: { slots: 1 }, items: [{ jobRequestId: bens, position: 2 }] });
    expect((body as Answer).items).toHaveLength(1);
  });

  it('tells which job an exclusive one waits behind', async () => {
    const { root } = world;
    const scheduleId = randomUUID();
    const occurrence = (nominalTime: string) =>
      queued({ owner: root.userId, scheduleId, exclusive: true, nominalTime });
    const [late, early] = [await occurrence('2026-11-23T13:00:00Z'), await occurrence('2026-11-23T12:00:00Z')];
    const { body } = await as(world, root).get('/v1/job-queue').expect(200);
    expect((body as Answer).items).toContainEqual(
      expect.objectContaining({ jobRequestId: late, reason: { type: 'exclusive', until: null, behind: early } }),
    );
  });

  it('is read page by page', async () => {
    const { anna } = world;
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push(await queued({ owner: anna.userId }));
    const first = (await as(world, anna).get('/v1/job-queue?limit=2').expect(200)).body as Answer;
    expect(first.items.map(({ jobRequestId }) => jobRequestId)).toEqual(ids.slice(0, 2));
    const second = await as(world, anna)
      .get(`/v1/job-queue?limit=2&cursor=${first.nextCursor ?? ''}`)
      .expect(200);
    expect(second.body).toMatchObject({ items: [{ jobRequestId: ids[2], position: 3 }], nextCursor: null });
    const { body } = await as(world, anna).get('/v1/job-queue?cursor=nonsense').expect(400);
    expect(body).toMatchObject({ code: 'cursor.invalid' });
  });

  it('is nothing for strangers', async () => {
    await world.http.get('/v1/job-queue').expect(401);
  });
});
