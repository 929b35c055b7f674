import { ANNA, BEN, CARA, NOON } from '#domain/testing';
import { ExporterWorld } from '../testing/exporter-world';
import type { Claim, ExportQueue } from './export-queue';

describe('the export queue', () => {
  let world: ExporterWorld;
  let queue: ExportQueue;
  let nominalTime = Date.parse(NOON);

  beforeEach(async () => {
    world = await ExporterWorld.open();
    queue = world.queue();
  });

  afterEach(() => world.close());

  /** Requests jobs and waits until they are queued. */
  async function enqueue(...requests: Parameters<ExporterWorld['request']>[0][]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const request of requests) {
      // Requests of the same millisecond are in the order of their nominal times.
      nominalTime += 1000;
      ids.push(await world.request({ nominalTime: new Date(nominalTime).toISOString(), ...request }));
    }
    await world.caughtUp();
    return ids;
  }

  async function claim(worker: string): Promise<Claim | undefined> {
    return (await world.claims().claim([worker])).claims[0];
  }

  it('serves owners in turn, however many jobs one of them has queued before', async () => {
    const annas = await enqueue(...Array.from({ length: 4 }, () => ({ owner: ANNA })));
    const bens = await enqueue({ owner: BEN }, { owner: BEN });
    const order: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const next = await claim(`w${n}`);
      order.push(next!.jobId);
      await queue.remove(next!);
    }
    expect(order).toEqual([annas[0], bens[0], annas[1], bens[1], annas[2], annas[3]]);
    expect(await claim('late')).toBeUndefined();
  });

  it('counts what runs before what was served, so that one owner cannot hold all slots', async () => {
    await enqueue({ owner: ANNA }, { owner: ANNA }, { owner: ANNA });
    const first = await claim('w1');
    expect(await world.row(first!.jobId)).toMatchObject({ owner: ANNA });
    const second = await claim('w2');
    expect(await world.row(second!.jobId)).toMatchObject({ owner: ANNA });
    const [bens] = await enqueue({ owner: BEN });
    expect(await claim('w3')).toMatchObject({ jobId: bens });
  });

  it('does not let a newcomer make up for the time before it came', async () => {
    await enqueue(...Array.from({ length: 6 }, () => ({ owner: ANNA })));
    for (let n = 0; n < 3; n += 1) await queue.remove((await claim(`w${n}`))!);
    await enqueue(...Array.from({ length: 3 }, () => ({ owner: CARA })));
    const owners: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      const next = await claim(`v${n}`);
      owners.push((await world.row(next!.jobId))?.owner);
      await queue.remove(next!);
    }
    expect(owners.filter((owner) => owner === CARA)).toHaveLength(2);
  });

  it('takes the jobs of a user by priority, then by age', async () => {
    const [low, normal, urgent, other] = await enqueue(
      { priority: 'low' },
      { priority: 'normal' },
      { priority: 'urgent' },
      { priority: 'normal' },
    );
    const order: (string | undefined)[] = [];
    for (let n = 0; n < 4; n += 1) order.push((await claim(`w${n}`))?.jobId);
    expect(order).toEqual([urgent, normal, other, low]);
  });

  it('answers a beat with what has become of the claim', async () => {
    const [held, cancelled, taken, missing] = await enqueue({}, {}, {}, {});
    const claims: Claim[] = [];
    for (let n = 0; n < 4; n += 1) claims.push((await claim(`w${n}`))!);
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
    expect(await world.claims().claim(['w'])).toEqual({ claims: [], more: false, nextInMs: null });
    const [jobId] = await enqueue({});
    await queue.release((await claim('w'))!, 3_600_000, 1);
    const { claims, nextInMs } = await world.claims().claim(['w']);
    expect(claims).toEqual([]);
    // A test has a minute at most.
    expect(nextInMs).toBeGreaterThan(3_540_000);
    expect(nextInMs).toBeLessThanOrEqual(3_600_000);
    expect(await world.row(jobId!)).toMatchObject({ attempt: 1, lease_owner: null });
  });

  it('gives back a job that was cancelled meanwhile without the wait, to be removed', async () => {
    const [jobId] = await enqueue({});
    const held = (await claim('w'))!;
    await world.parts.pool.query('UPDATE exporter.export_queue SET cancel_requested = true WHERE job_id = $1', [jobId]);
    await queue.release(held, 3_600_000, 1);
    expect(await claim('v')).toMatchObject({ jobId });
  });

  it('gives a batch to as many workers, each job once, whoever else claims', async () => {
    const owners = [ANNA, BEN, CARA];
    await enqueue(...Array.from({ length: 60 }, (_, n) => ({ owner: owners[n % 3]! })));
    const claimers = Array.from({ length: 6 }, (_, n) => Array.from({ length: 5 }, (_slot, m) => `w${n}/${m}`));
    const answers = await Promise.all(claimers.map((names) => world.claims().claim(names)));
    const claims = answers.flatMap((answer) => answer.claims);
    expect(new Set(claims.map(({ worker }) => worker)).size).toBe(30);
    expect(new Set(claims.map(({ jobId }) => jobId)).size).toBe(30);
    await Promise.all(claims.map((one) => queue.remove(one)));
    const rest = await world.claims().claim(Array.from({ length: 64 }, (_, n) => `v${n}`));
    expect(rest).toMatchObject({ more: false, nextInMs: null });
    expect(rest.claims).toHaveLength(30);
  });
});
