import { defineBench } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { startBenchPostgres } from '../harness/postgres';
import { median } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import { checkPositions, measureProcesses } from './processes';

const PROCESSES = 6;
const CALLERS = 10;

export const appendSixBench = defineBench({
  name: 'append-six',
  summary: 'events stored a second by six processes at once, next to one process',
  options: {
    runs: { help: 'how often each measurement is repeated; the medians count', default: 5 },
    appends: { help: 'single appends of each process of a run', default: 5_000, min: CALLERS },
  },
  async run({ runs, appends }, context) {
    const folder = await createWorkFolder(context);
    const { product: url } = await startBenchPostgres(folder, context);
    const warmUp = Math.ceil(appends / 10);
    let events = 0;
    const measure = async (processes: number, each: number) => {
      const measured = await measureProcesses(processes, { url, callers: CALLERS, appends: each, warmUp }, context);
      events += processes * (each + warmUp);
      await checkPositions(url, events);
      return measured;
    };
    const { six, one } = await interleave(runs, {
      six: (run) => {
        context.log(`Run ${run} of ${runs}…`);
        return measure(PROCESSES, appends);
      },
      one: () => measure(1, PROCESSES * appends),
    });
    const rate = median(six.map(({ perSecond }) => perSecond));
    const oneRate = median(one.map(({ perSecond }) => perSecond));
    return {
      figures: [
        {
          name: 'events_per_s',
          value: rate,
          target: { atLeast: 5_000 },
          meaning: 'appends of one event a second by six processes together',
        },
        {
          name: 'p99_ms',
          value: median(six.map(({ p99Ms }) => p99Ms)),
          meaning: 'how long 99 of 100 of them take at most',
        },
        { name: 'one_process_per_s', value: oneRate, meaning: 'as many appends by one process' },
        { name: 'ratio_one_process', value: rate / oneRate, meaning: 'events_per_s to one_process_per_s' },
      ],
      notes: [`${CALLERS} callers in each process; after each run the positions were without gaps.`],
    };
  },
});
