import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { serveJob } from '../harness/measured-child';

export interface GraphileJob {
  readonly url: string;
  readonly jobs: number;
}

const TASK = 'nothing';
const BATCH = 300;
const WARM_UP_JOBS = 300;

/** Seconds from the first request until graphile-worker, with its default options, has done all jobs. */
serveJob(async ({ url, jobs }: GraphileJob) => {
  const logger = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  let left = 0;
  let done = (): void => undefined;
  const doNothing = (): Promise<void> => {
    left -= 1;
    if (left === 0) done();
    return Promise.resolve();
  };
  const runner = await run({ connectionString: url, logger, noHandleSignals: true, taskList: { [TASK]: doNothing } });
  const work = async (count: number): Promise<void> => {
    left = count;
    const finished = new Promise<void>((resolve) => (done = resolve));
    for (let start = 0; start < count; start += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, count - start) }, () => ({ identifier: TASK, payload: {} }));
      await utils.addJobs(batch);
    }
    await finished;
  };
  try {
    await work(WARM_UP_JOBS);
    const started = performance.now();
    await work(jobs);
    return (performance.now() - started) / 1000;
  } finally {
    await runner.stop();
    await utils.release();
  }
});
