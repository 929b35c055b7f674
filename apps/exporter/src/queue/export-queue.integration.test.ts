import { ANNA, BEN, CARA } from '#domain/testing';
import { ExporterWorld } from '../testing/exporter-world';
import type { Claim, ExportQueue } from './export-queue';

describe('the export queue', () => {
  let world: ExporterWorld;
  let queue: ExportQueue;

  beforeEach(async () => {
    world = await ExporterWorld.open();
    queue = world.queue();
  });

  afterEach(() => world.close());

  /** Requests jobs and waits until they are queued. */
  async function enqueue(...requests: Parameters<ExporterWorld['request']>[0][]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const request of requests) ids.push(await world.request(request));
    await world.caughtUp();
    return ids;
  }

  async function lanes(): Promise<unknown> {
    const { rows } = await world.parts.pool.query(
      'SELECT owner, waiting, running FROM exporter.lane WHERE waiting + running > 0 ORDER BY owner',
    );
    return rows;
  }

  /** What the lanes should say. */
  async function counted(): Promise<unknown> {
    const { rows } = await world.parts.pool.query(
      `SELECT owner, count(*) FILTER (WHERE lease_owner IS NULL)::int AS waiting, count(lease_owner)::int AS running
       FROM exporter.export_queue GROUP BY owner ORDER BY owner`,
    );
    return rows;
  }

  it('serves owners in turn, however many jobs one of them has queued before', async () => {
    const annas = await enqueue(...Array.from({ length: 4 }, () => ({ owner: ANNA })));
    const bens = await enqueue({ owner: BEN }, { owner: BEN });
    const order: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const claim = await queue.claim(`w${n}`);
      order.push(claim!.jobId);
      await queue.remove(claim!);
    }
    expect(order).toEqual([annas[0], bens[0], annas[1], bens[1], annas[2], annas[3]]);
    expect(await queue.claim('late')).toBeNull();
  });

  it('counts what runs before what was served, so that one owner cannot hold all slots', async () => {
    await enqueue({ owner: ANNA }, { owner: ANNA }, { owner: ANNA });
    const first = await queue.claim('w1');
    expect(await world.row(first!.jobId)).toMatchObject({ owner: ANNA });
    const second = await queue.claim('w2');
    expect(await world.row(second!.jobId)).toMatchObject({ owner: ANNA });
    const [bens] = await enqueue({ owner: BEN });
    expect(await queue.claim('w3')).toMatchObject({ jobId: bens });
    expect(await lanes()).toEqual([
      { owner: ANNA, waiting: 1, running: 2 },
      { owner: BEN, waiting: 0, running: 1 },
    ]);
  });

  it('does not let a newcomer make up for the time before it came', async () => {
    await enqueue(...Array.from({ length: 6 }, () => ({ owner: ANNA })));
    for (let n = 0; n < 3; n += 1) await queue.remove((await queue.claim(`w${n}`))!);
    await enqueue(...Array.from({ length: 3 }, () => ({ owner: CARA })));
    const owners: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      const claim = await queue.claim(`v${n}`);
      owners.push((await world.row(claim!.jobId))?.owner);
      await queue.remove(claim!);
    }
    expect(owners.filter((owner) => owner === CARA)).toHaveLength(2);
  });

  it('takes a lane by priority, then by age', async () => {
    const [low, normal, urgent, other] = await enqueue(
      { priority: 'low' },
      { priority: 'normal' },
      { priority: 'urgent' },
      { priority: 'normal' },
    );
    const order: (string | undefined)[] = [];
    for (let n = 0; n < 4; n += 1) order.push((await queue.claim(`w${n}`))?.jobId);
    expect(order).toEqual([urgent, normal, other, low]);
  });

  it('answers a beat with what has become of the claim', async () => {
    const [held, cancelled, taken, missing] = await enqueue({}, {}, {}, {});
    const claims: Claim[] = [];
    for (let n = 0; n < 4; n += 1) claims.push((await queue.claim(`w${n}`))!);
    const { pool } = world.parts;
    await pool.query('UPDATE exporter.export_queue SET cancel_requested = true WHERE job_id = $1', [cancelled]);
    await pool.query(`UPDATE exporter.export_queue SET lease_owner = 'other' WHERE job_id = $1`, [taken]);
    await pool.query('DELETE FROM exporter.export_queue WHERE job_id = $1', [missing]);
    const beats = [held, cancelled, taken, missing].map((jobId) => ({
      claim: claims.find((claim) => claim.jobId === jobId)!,
      rows: 1,
      bytes: 2,
      progressed: false,
    }));
    expect(await queue.beat(beats)).toEqual(['held', 'cancelled', 'taken', 'missing']);
    expect(await world.row(held!)).toMatchObject({ rows_done: '1', bytes_done: '2', progress_at: null });
  });

  it('tells when the next delayed job is ready', async () => {
    expect(await queue.untilNext()).toBeNull();
    const [jobId] = await enqueue({});
    await queue.release((await queue.claim('w'))!, 3_600_000, 1);
    expect(await queue.claim('w')).toBeNull();
    const ms = await queue.untilNext();
    // A test has a minute at most.
    expect(ms).toBeGreaterThan(3_540_000);
    expect(ms).toBeLessThanOrEqual(3_600_000);
    expect(await world.row(jobId!)).toMatchObject({ attempt: 1, lease_owner: null });
    expect(await lanes()).toEqual([{ owner: ANNA, waiting: 1, running: 0 }]);
  });

  it('keeps the counts of its lanes through claims by many at once', async () => {
    const owners = [ANNA, BEN, CARA];
    await enqueue(...Array.from({ length: 60 }, (_, n) => ({ owner: owners[n % 3]! })));
    const claims = await Promise.all(Array.from({ length: 30 }, (_, n) => queue.claim(`w${n}`)));
    const ids = claims.map((claim) => claim?.jobId);
    expect(new Set(ids).size).toBe(30);
    expect(ids).not.toContain(undefined);
    expect(await lanes()).toEqual(await counted());
    await Promise.all(claims.map((claim) => queue.remove(claim!)));
    expect(await lanes()).toEqual(await counted());
  });
});
