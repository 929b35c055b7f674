import { createLogger } from '#platform';
import { STORE_SOURCE } from '#event-sourcing';
import { AUDIT_TRAIL_GROUP, READ_MODELS_GROUP } from '#read-models';
import { closeParts, openParts, type Parts } from '#runtime';
import { serveJob } from '../harness/measured-child';
import { benchSettings } from '../harness/product';
import { prepareJobs, requestJobs, startExporter } from './exporter-of';

export interface DispatchJob {
  readonly url: string;
  readonly folder: string;
  readonly jobs: number;
  readonly slots: number;
}

/** Milliseconds without any progress after which the bench gives up. */
const PATIENCE_MS = 30_000;
const WARM_UP_JOBS = 300;

/** Seconds from the first request until all jobs have completed and every projection has applied the last event. */
serveJob(async ({ url, folder, jobs, slots }: DispatchJob) => {
  const settings = { ...benchSettings({ url, folder }), EXPORT_SLOTS: slots };
  const parts = await openParts(settings, createLogger({ level: 'warn', format: 'json', destination: process.stderr }));
  const exporter = await startExporter(parts, 0);
  try {
    await prepareJobs(parts);
    await requestJobs(parts, WARM_UP_JOBS);
    await untilCompleted(parts, WARM_UP_JOBS);
    const started = performance.now();
    await requestJobs(parts, jobs);
    await untilCompleted(parts, WARM_UP_JOBS + jobs);
    return (performance.now() - started) / 1000;
  } finally {
    await exporter.close();
    await closeParts(parts);
  }
});

/** Every event counts: a job that was started twice would make one too many. */
async function untilCompleted(parts: Parts, jobs: number): Promise<void> {
  const events = BigInt(3 * jobs + 1);
  for (const group of [READ_MODELS_GROUP, AUDIT_TRAIL_GROUP]) {
    if (!(await parts.progress.reached(group, STORE_SOURCE, events, PATIENCE_MS + jobs))) {
      throw new Error(`${group} did not reach the last event`);
    }
  }
  const { rows } = await parts.pool.query<{ completed: number }>(
    `SELECT count(*)::int AS completed FROM read_model.job_request WHERE status = 'completed'`,
  );
  const head = await parts.eventStore.head();
  if (rows[0]?.completed !== jobs || head !== events) {
    throw new Error(`${jobs} jobs led to ${String(rows[0]?.completed)} completed ones and ${head} events`);
  }
}
