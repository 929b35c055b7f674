import { join } from 'node:path';
import { packageRoot } from '#platform';
import { migrate } from '#database';
import { defineBench } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { runMeasured } from '../harness/measured-child';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { median } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import type { DispatchJob } from './dispatch-child';
import type { GraphileJob } from './graphile-child';

const child = (name: string): string => join(packageRoot(), 'dist', 'test', 'bench', 'dispatch', `${name}-child.js`);

export const dispatchBench = defineBench({
  name: 'dispatch',
  summary: 'jobs that do nothing, from their requests to the last read model, next to graphile-worker',
  options: {
    runs: { help: 'repetitions of each measurement; the medians count', default: 3 },
    jobs: { help: 'jobs of a run', default: 10_000 },
    slots: { help: 'jobs that the exporter runs at a time', default: 64 },
  },
  async run({ runs, jobs, slots }, context) {
    const folder = await createWorkFolder(context);
    const { url } = await startBenchPostgres(folder, context);
    const inNewDatabase = async <Result>(
      name: string,
      work: (database: string) => Promise<Result>,
    ): Promise<Result> => {
      await executeSql(url('postgres'), `CREATE DATABASE ${name}`, 'CHECKPOINT');
      try {
        return await work(url(name));
      } finally {
        await executeSql(url('postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
      }
    };
    const { ours, graphile } = await interleave(runs, {
      ours: (run) =>
        inNewDatabase(`dispatch_${run}`, async (database) => {
          context.log(`Dispatching ${jobs} jobs, run ${run} of ${runs}…`);
          await migrate(database, () => undefined);
          const job: DispatchJob = { url: database, folder, jobs, slots };
          return runMeasured<number>(child('dispatch'), job, context.cleanup);
        }),
      graphile: (run) =>
        inNewDatabase(`graphile_${run}`, (database) => {
          context.log(`graphile-worker, run ${run} of ${runs}…`);
          const job: GraphileJob = { url: database, jobs };
          return runMeasured<number>(child('graphile'), job, context.cleanup);
        }),
    });
    const rate = median(ours.map(({ result }) => jobs / result));
    const peer = median(graphile.map(({ result }) => jobs / result));
    return {
      figures: [
        {
          name: 'jobs_per_s',
          value: rate,
          target: { atLeast: 1_500 },
          meaning: 'jobs a second, requested, started and completed, with all events and read models',
        },
        { name: 'graphile_per_s', value: peer, meaning: 'jobs a second of graphile-worker with its default options' },
        { name: 'ratio_graphile', value: rate / peer, target: { atLeast: 1 }, meaning: 'jobs_per_s to graphile_per_s' },
        {
          name: 'rss_mib',
          value: median(ours.map(({ peakRssMib }) => peakRssMib)),
          meaning: 'peak memory of our process in MiB',
        },
      ],
      notes: [`${slots} slots; exporter, read models and audit trail in one process, as npm start has them.`],
    };
  },
});
