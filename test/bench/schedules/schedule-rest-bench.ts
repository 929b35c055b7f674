import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Supervisor } from '../../../deploy/distributed/supervisor';
import { startApps } from '../harness/apps';
import { defineBench, type BenchContext } from '../harness/bench';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { openBenchParts } from '../harness/product';
import { formatNumber } from '../harness/report';
import { median, percentile } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import { cpuMs, rssMib } from '../idle/process-usage';
import { requestTimes } from '../latency/due';
import { untilTakenIn } from './due-rows';
import { scheduleIdOf, storeSchedules, storeTemplates } from './scheduled-history';

const MINUTE_MS = 60_000;
/** A few schedules that are due each minute, to see that they fire in time. */
const FEW = 48;
const FEW_NAME = 'each minute';

export const scheduleRestBench = defineBench({
  name: 'schedule-rest',
  summary: 'what a scheduler takes while none of its many schedules is due, and how late the next one fires',
  options: {
    schedules: { help: 'schedules that are not due', default: 1_000_000 },
    settle: { help: 'seconds between taking them in and measuring', default: 20, min: 0 },
    seconds: { help: 'seconds that are measured', default: 60 },
    minutes: { help: 'full minutes at which the others are due', default: 3 },
  },
  async run({ schedules, settle, seconds, minutes }, context) {
    if (process.platform !== 'linux') {
      return {
        figures: [],
        notes: ['Nothing was measured: CPU times of other processes are read from /proc of Linux.'],
      };
    }
    const folder = await createWorkFolder(context);
    const { product: url } = await startBenchPostgres(folder, context);
    const { parts } = await openBenchParts({ url, folder }, context);
    context.log(`Storing ${formatNumber(schedules)} schedules…`);
    await storeTemplates(parts.eventStore);
    const leapDay = { type: 'cron', expression: '0 3 29 2 *' } as const;
    await storeSchedules(parts.eventStore, {
      name: 'at rest',
      schedules,
      definition: { recurrence: leapDay, timeZone: 'UTC' },
    });
    await executeSql(url, 'VACUUM ANALYZE event_store.event');
    const client = new Client({ connectionString: url });
    await client.connect();
    context.cleanup.add('the connection to the product’s database', () => client.end());
    context.log('Waiting for the scheduler to take them in…');
    const taking = await startApps(['scheduler'], { url, folder }, context);
    await untilTakenIn(client, schedules, context.cleanup.signal);
    // What it takes to take them in is not what it takes to keep them.
    await taking.stop();
    await executeSql(url, 'VACUUM ANALYZE scheduler.due', 'CHECKPOINT');
    const supervisor = await startApps(['scheduler'], { url, folder }, context);
    context.log(`Letting it settle for ${settle} s, then measuring for ${seconds} s…`);
    await delay(settle * 1000);
    const rest = await measure(supervisor, seconds);
    await storeSchedules(parts.eventStore, {
      name: FEW_NAME,
      schedules: FEW,
      definition: { recurrence: { type: 'minutes', every: 1 }, timeZone: 'UTC' },
    });
    await untilTakenIn(client, schedules + FEW, context.cleanup.signal);
    const lateness = await latenessOf(client, minutes, context);
    return {
      figures: [
        {
          name: 'cpu_percent',
          value: rest.cpuPercent,
          target: { atMost: 1 },
          meaning: 'CPU time of the scheduler at rest, in per cent of one core',
        },
        { name: 'rss_mib', value: rest.rssMib, target: { atMost: 300 }, meaning: 'MiB of memory that it holds' },
        { name: 'lateness_p50_ms', value: median(lateness), meaning: 'from the due time to the requested job' },
        {
          name: 'lateness_p99_ms',
          value: percentile(lateness, 99),
          target: { atMost: 100 },
          meaning: 'the same, 99 of 100 occurrences',
        },
      ],
      notes: [
        `${formatNumber(schedules)} schedules, none due for ${settle + seconds} s; then ${FEW} more, each due ${minutes} times.`,
      ],
    };
  },
});

async function measure(
  supervisor: Supervisor,
  seconds: number,
): Promise<{ readonly cpuPercent: number; readonly rssMib: number }> {
  const pid = supervisor.pidOf('scheduler');
  if (pid === undefined) throw new Error('the scheduler does not run');
  const before = { at: performance.now(), cpu: cpuMs(pid) };
  await delay(seconds * 1000);
  if (supervisor.pidOf('scheduler') !== pid) throw new Error('the scheduler ended and had to be started again');
  const cpuPercent = ((cpuMs(pid) - before.cpu) / (performance.now() - before.at)) * 100;
  return { cpuPercent, rssMib: rssMib(pid) };
}

/** Milliseconds from each due time to its request in the store, over so many full minutes from now on. */
async function latenessOf(client: Client, minutes: number, context: BenchContext): Promise<readonly number[]> {
  const first = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
  const last = first + (minutes - 1) * MINUTE_MS;
  context.log(`Waiting for ${minutes} full minutes…`);
  await delay(last - Date.now(), undefined, { signal: context.cleanup.signal });
  const ids = Array.from({ length: FEW }, (_, index) => scheduleIdOf(FEW_NAME, index));
  return requestTimes(client, ids, { from: first, to: last });
}
