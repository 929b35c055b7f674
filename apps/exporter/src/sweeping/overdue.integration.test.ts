import { randomUUID } from 'node:crypto';
import type { JobId } from '#domain';
import { jobOutput, TEMPLATE_ID } from '#domain/testing';
import { ExporterWorld, heldExport } from '../testing/exporter-world';
import { reportOverdue } from './overdue';

const MINUTE_MS = 60_000;
let world: ExporterWorld;

beforeEach(async () => {
  world = await ExporterWorld.open();
  await world.registerDataset();
});
afterEach(() => world.close());

const report = () =>
  reportOverdue({
    ...world.parts,
    history: world.history,
    stalledMs: 30 * MINUTE_MS,
    rules: { ceilingMs: 30 * MINUTE_MS, factor: 3, leastRuns: 2 },
  });

/** The row that the read model has of a job. */
async function known(
  jobId: JobId,
  columns: { status: string; minutesAgo: number; tookMinutes?: number },
): Promise<void> {
  const { status, minutesAgo, tookMinutes = null } = columns;
  await world.parts.pool.query(
    `INSERT INTO read_model.job_request (job_request_id, batch_type_id, job_input, status, origin, user_id, template_id, nominal_time,
       time_zone, priority, attempt, max_attempts, requested_at, started_at, ended_at, revision, updated_at)
     SELECT $1, 4, '{}', $2, 'run_now', 'anna', $3, s, 'UTC', 'normal', 1, 3, s, s, s + $5 * interval '1 minute', 1, s
     FROM (SELECT clock_timestamp() - $4 * interval '1 minute') t (s)`,
    [jobId, status, TEMPLATE_ID, minutesAgo, tookMinutes],
  );
}

/** Lets the job have waited for so many minutes, of which its row tells. */
async function waited(jobId: JobId, minutes: number): Promise<void> {
  await world.until(async () => (await world.row(jobId)) !== undefined);
  await known(jobId, { status: 'requested', minutesAgo: minutes });
  await world.parts.pool.query(
    `UPDATE exporter.export_queue SET ready_at = clock_timestamp() - $2 * interval '1 minute' WHERE job_id = $1`,
    [jobId, minutes],
  );
}

const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS).toISOString();
const stalled = async (jobId: JobId) => (await world.events(jobId)).filter(({ type }) => type === 'JobStalled');

it('reports a job that waits too long, once', async () => {
  const jobId = await world.request();
  await waited(jobId, 29);
  await report();
  expect(await stalled(jobId)).toEqual([]);

  await world.parts.pool.query(`UPDATE exporter.export_queue SET ready_at = ready_at - interval '2 minutes'`);
  await report();
  await report();
  expect((await world.events(jobId)).slice(1)).toMatchObject([{ type: 'JobStalled', attempt: 0 }]);
  expect(world.log.filter(({ code }) => code === 'exporter.job_stalled')).toMatchObject([{ jobId, attempt: 0 }]);
});

it('does not count the time up to the end of a blackout', async () => {
  const jobId = await world.request();
  await waited(jobId, 90);
  const { pool } = world.parts;
  await pool.query(
    `INSERT INTO exporter.data_source (data_source_id, name, revision) SELECT $1, data_source, 1 FROM exporter.dataset`,
    [randomUUID()],
  );
  const blackOut = (from: string, to: string) => {
    const blackouts = [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from, to, timeZone: 'UTC' }];
    return pool.query('UPDATE exporter.data_source SET blackouts = $1::jsonb', [JSON.stringify(blackouts)]);
  };
  const wall = (minutesAgo: number) => ago(minutesAgo).slice(11, 16);
  await blackOut('00:00', '00:00');
  await report();
  // Over for a while, and short: when it began, the job had long been ready.
  await blackOut(wall(25), wall(20));
  await report();
  expect(await stalled(jobId)).toEqual([]);

  const over = `${ago(40).slice(0, 16)}:00.000Z`;
  await blackOut(wall(60), over.slice(11, 16));
  await report();
  expect(await stalled(jobId)).toMatchObject([{ waitingSince: over }]);
});

it('does not count the time up to when a data source answered again', async () => {
  const jobId = await world.request();
  await waited(jobId, 90);
  const { pool } = world.parts;
  await pool.query(
    `INSERT INTO read_model.circuit (data_source_id, data_source, status, code, failures, openings, open_until, opened_at, revision)
     SELECT $1, data_source, 'open', 'data_source.unreachable', 5, 1, now(), now(), 0 FROM exporter.dataset`,
    [randomUUID()],
  );
  await report();
  const close = (minutes: number) =>
    pool.query(`UPDATE read_model.circuit SET status = 'closed', closed_at = $1`, [ago(minutes)]);
  await close(29);
  await report();
  expect(await stalled(jobId)).toEqual([]);

  await close(31);
  await report();
  expect(await stalled(jobId)).toHaveLength(1);
});

it('does not count the time behind an earlier job of its schedule', async () => {
  const scheduleId = randomUUID();
  const queued = { origin: 'schedule', scheduleId, exclusive: true } as const;
  const first = await world.request({ ...queued, nominalTime: ago(120) });
  const jobId = await world.request({ ...queued, nominalTime: ago(100) });
  await waited(first, 120);
  await waited(jobId, 100);
  const { pool } = world.parts;
  await pool.query('UPDATE read_model.job_request SET schedule_id = $1', [scheduleId]);
  await pool.query(
    `UPDATE exporter.export_queue SET lease_owner = 'worker', lease_expires_at = now() WHERE job_id = $1`,
    [first],
  );
  await report();
  // It has ended, and its row does not tell yet.
  await pool.query('DELETE FROM exporter.export_queue WHERE job_id = $1', [first]);
  await report();
  const end = (minutes: number) =>
    pool.query('UPDATE read_model.job_request SET ended_at = $2 WHERE job_request_id = $1', [first, ago(minutes)]);
  await end(29);
  await report();
  expect(await stalled(jobId)).toEqual([]);

  await end(31);
  await report();
  expect(await stalled(jobId)).toHaveLength(1);
});

it('reports a job that runs longer than is usual for its template, once', async () => {
  const held = heldExport();
  await world.worker({ process: held.process });
  const jobId = await world.request();
  await held.began;
  await known(jobId, { status: 'running', minutesAgo: 10 });
  await known(randomUUID(), { status: 'completed', minutesAgo: 200, tookMinutes: 3 });
  await report();
  expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted']);

  await known(randomUUID(), { status: 'completed_with_warnings', minutesAgo: 100, tookMinutes: 3 });
  await known(randomUUID(), { status: 'failed', minutesAgo: 100, tookMinutes: 90 });
  await report();
  await report();
  held.end();
  await world.unqueued(jobId);
  expect((await world.events(jobId)).slice(1)).toMatchObject([
    { type: 'JobStarted' },
    { type: 'JobRunningLong', attempt: 1, limitMs: 9 * MINUTE_MS, basis: 'history' },
    { type: 'JobCompleted', output: jobOutput() },
  ]);
  expect(world.log.filter(({ code }) => code === 'exporter.job_running_long')).toMatchObject([{ jobId, attempt: 1 }]);
});
