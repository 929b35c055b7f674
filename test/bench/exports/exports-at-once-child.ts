import { monitorEventLoopDelay } from 'node:perf_hooks';
import { join } from 'node:path';
import { serveJob } from '../harness/measured-child';
import { exportOnce, type OurExportJob } from './our-export';

export interface ExportsAtOnceJob extends OurExportJob {
  /** How many of these exports run at the same time. */
  readonly exports: number;
}

export interface ExportsAtOnce {
  readonly rows: number;
  /** Milliseconds between two turns of the event loop, of which 99 in 100 take no longer. */
  readonly loopP99Ms: number;
}

/** What an exporter with several slots does, in one process. */
serveJob(async ({ exports, ...job }: ExportsAtOnceJob): Promise<ExportsAtOnce> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const done = await Promise.all(
    Array.from({ length: exports }, (_, index) => exportOnce({ ...job, folder: join(job.folder, String(index)) })),
  );
  delay.disable();
  return { rows: done.reduce((sum, { rows }) => sum + rows, 0), loopP99Ms: delay.percentile(99) / 1e6 };
});
