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

it('reports a job that waits too long, once, and not while its data source is in a blackout', async () => {
  const jobId = await world.request();
  await world.until(async () => (await world.row(jobId)) !== undefined);
  await known(jobId, { status: 'requested', minutesAgo: 31 });
  await report();
  expect(await world.types(jobId)).toEqual(['JobRequested']);

  const { pool } = world.parts;
  await pool.query(`UPDATE exporter.export_queue SET ready_at = ready_at - interval '31 minutes'`);
  const always = { weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00', timeZone: 'UTC' };
  await pool.query(
    `INSERT INTO exporter.data_source (data_source_id, name, blackouts, revision)
     SELECT $1, data_source, $2::jsonb, 1 FROM exporter.dataset`,
    [randomUUID(), JSON.stringify([always])],
  );
  await report();
  expect(await world.types(jobId)).toEqual(['JobRequested']);

  await pool.query(`UPDATE exporter.data_source SET blackouts = '[]'`);
  await report();
  await report();
  expect((await world.events(jobId)).slice(1)).toMatchObject([{ type: 'JobStalled', attempt: 0 }]);
  expect(world.log.filter(({ code }) => code === 'exporter.job_stalled')).toMatchObject([{ jobId, attempt: 0 }]);
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
