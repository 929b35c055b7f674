import { defineBench } from '../harness/bench';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { openBenchParts } from '../harness/product';
import { median } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import { checkProjected, measureLimit, measureProjection } from './catch-up';
import { storeBacklog } from './store-backlog';

const BACKLOG = 'product';
const COPY = 'run';

export const projectionBench = defineBench({
  name: 'projection',
  summary: 'a backlog of events into all read models and the audit trail, next to what the database could do at best',
  options: {
    runs: { help: 'how often the backlog is projected; the medians count', default: 3 },
    events: { help: 'events of the backlog', default: 200_000 },
    templates: { help: 'templates among them', default: 500 },
    schedulesPerTemplate: { help: 'schedules of each template', default: 4 },
  },
  async run({ runs, ...size }, context) {
    const folder = await createWorkFolder(context);
    const { url } = await startBenchPostgres(folder, context);
    context.log(`Storing ${size.events} events…`);
    await storeBacklog(url(BACKLOG), size, context);
    const measured = [];
    for (let run = 1; run <= runs; run += 1) {
      context.log(`Run ${run} of ${runs}…`);
      await executeSql(url('postgres'), `CREATE DATABASE ${COPY} TEMPLATE ${BACKLOG} STRATEGY file_copy`, 'CHECKPOINT');
      const { parts, close } = await openBenchParts({ url: url(COPY), folder }, context);
      const seconds = await measureProjection(parts);
      await checkProjected(parts.pool, size.events);
      measured.push({ seconds, ...(await measureLimit(parts)) });
      await close();
      await executeSql(url('postgres'), `DROP DATABASE ${COPY} WITH (FORCE)`);
    }
    const rate = median(measured.map(({ seconds }) => size.events / seconds));
    const readRate = median(measured.map(({ readSeconds }) => size.events / readSeconds));
    const writeRate = median(measured.map(({ writeSeconds }) => size.events / writeSeconds));
    const limit = median(measured.map(({ readSeconds, writeSeconds }) => size.events / (readSeconds + writeSeconds)));
    return {
      figures: [
        {
          name: 'events_per_s',
          value: rate,
          target: { atLeast: 10_000 },
          meaning: 'events a second until both projections have applied the last one',
        },
        {
          name: 'read_per_s',
          value: readRate,
          meaning: 'events a second that the store gives when nobody applies them',
        },
        {
          name: 'write_per_s',
          value: writeRate,
          meaning: 'the same by one INSERT … SELECT of the finished rows a table',
        },
        { name: 'limit_ratio', value: rate / limit, meaning: 'events_per_s to reading, then writing at that speed' },
      ],
      notes: [
        `${size.templates} templates, ${size.templates * size.schedulesPerTemplate} schedules; the rest are jobs.`,
      ],
    };
  },
});
