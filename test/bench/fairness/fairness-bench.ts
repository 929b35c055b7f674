import { streamOf, type JobEvent } from '#domain';
import { ANNA, BEN } from '#domain/testing';
import { STORE_SOURCE, toDomainEvent } from '#event-sourcing';
import type { Parts } from '#runtime';
import { EXPORTER_GROUP } from '../../../apps/exporter/src/queue/queue-projection';
import { prepareJobs, requestJobs, startExporter } from '../dispatch/exporter-of';
import { defineBench } from '../harness/bench';
import { startBenchPostgres } from '../harness/postgres';
import { openBenchParts } from '../harness/product';
import { median } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';

/** Milliseconds after which a job that has not begun, or a flood that is not queued, fails the bench. */
const PATIENCE_MS = 120_000;

export const fairnessBench = defineBench({
  name: 'fairness',
  summary: "how long one user's job waits behind another user's thousands",
  options: {
    flood: { help: 'jobs that one user has asked for before', default: 10_000 },
    requests: { help: 'jobs that the other one asks for, one after another', default: 20 },
    length: { help: 'milliseconds that each job takes', default: 500 },
  },
  async run({ flood, requests, length }, context) {
    const folder = await createWorkFolder(context);
    const { product: url } = await startBenchPostgres(folder, context);
    const { parts } = await openBenchParts({ url, folder }, context);
    const exporter = await startExporter(parts, length);
    context.cleanup.add('the exporter', () => exporter.close());
    await prepareJobs(parts);
    context.log(`Asking for ${flood} jobs…`);
    await requestJobs(parts, flood, { owner: ANNA });
    const head = await parts.eventStore.head();
    if (!(await parts.progress.reached(EXPORTER_GROUP, STORE_SOURCE, head, PATIENCE_MS))) {
      throw new Error('the flood was not queued in time');
    }
    const waits: number[] = [];
    for (let request = 1; request <= requests; request += 1) {
      context.log(`Request ${request} of ${requests}…`);
      const [jobId] = await requestJobs(parts, 1, { owner: BEN });
      waits.push(await waitOf(parts, jobId ?? ''));
    }
    const { rows } = await parts.pool.query<{ waiting: number }>(
      'SELECT count(*)::int AS waiting FROM exporter.export_queue WHERE owner = $1 AND lease_owner IS NULL',
      [ANNA],
    );
    return {
      figures: [
        {
          name: 'job_lengths',
          value: Math.max(...waits) / length,
          target: { atMost: 2 },
          meaning: 'from the request to the start of the job that waited longest, in lengths of a job',
        },
        { name: 'median_job_lengths', value: median(waits) / length, meaning: 'the same of half of the jobs' },
      ],
      notes: [`${String(rows[0]?.waiting)} jobs of the flood were waiting at the end; ${length} ms a job.`],
    };
  },
});

/** Milliseconds from the request of a job to its start, by the store's clock. */
async function waitOf({ eventStore }: Parts, jobId: string): Promise<number> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let look = (): void => undefined;
  const unsubscribe = await eventStore.onAppended(() => look());
  try {
    for (;;) {
      const appended = new Promise<void>((resolve) => (look = resolve));
      const [requested, started] = await eventStore.readStream(streamOf('job', jobId));
      if (requested && started) {
        if (toDomainEvent<JobEvent>(started).type !== 'JobStarted') throw new Error('the job did not start');
        return started.recordedAt.getTime() - requested.recordedAt.getTime();
      }
      if (performance.now() > giveUpAt) throw new Error('the job did not start in time');
      await appended;
    }
  } finally {
    await unsubscribe();
  }
}
