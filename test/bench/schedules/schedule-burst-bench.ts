import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ApiClient } from '../../../deploy/demo/api-client';
import { prepareFirstStart } from '../../../apps/standalone/src/first-start';
import { freePort } from '../../../apps/standalone/src/port';
import { startApps } from '../harness/apps';
import { defineBench, type BenchContext } from '../harness/bench';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { openBenchParts } from '../harness/product';
import { formatNumber } from '../harness/report';
import { median, percentile } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import { measureBurst, PATIENCE_MS, type Burst, type BurstSystem } from './burst';
import type { Commanded } from './commands';
import { untilMoved, untilTakenIn } from './due-rows';
import { PgBossPeer } from './pgboss-peer';
import { scheduleIdOf, storeSchedules, storeTemplates } from './scheduled-history';

/** All schedules are due at the same time, every so many minutes. */
const EVERY_MINUTES = 2;
const EVERY_MS = EVERY_MINUTES * 60_000;
/** After a burst the schedulers still take in what they have requested themselves. */
const SETTLE_MS = 20_000;
const COMMANDED = 'to be paused';
const MOST_COMMANDS = 5_000;

export const scheduleBurstBench = defineBench({
  name: 'schedule-burst',
  summary: 'schedules that are all due in the same second, requested by two schedulers, next to pg-boss',
  options: {
    runs: { help: 'bursts, two minutes apart', default: 3 },
    schedules: { help: 'schedules that are due at the same time', default: 100_000 },
  },
  async run({ runs, schedules }, context) {
    const folder = await createWorkFolder(context);
    const postgres = await startBenchPostgres(folder, context);
    const { system, commanded } = await startSystem(postgres.product, folder, schedules, context);
    await executeSql(postgres.url('postgres'), 'CREATE DATABASE peer');
    const peer = await PgBossPeer.prepare(postgres.url('peer'), context.cleanup);
    const data = await requestOf(system, context);
    const bursts: Burst[] = [];
    const peerRates: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const due = nextDue(SETTLE_MS);
      context.log(`Waiting for ${due.toISOString().slice(11, 19)} UTC (${run} of ${runs})…`);
      bursts.push(await measureBurst(system, due, commanded));
      peerRates.push(await peer.measure(schedules, data));
    }
    const rate = median(bursts.map(({ perSecond }) => perSecond));
    const sum = (figure: (burst: Burst) => number): number => bursts.reduce((total, burst) => total + figure(burst), 0);
    return {
      figures: [
        {
          name: 'requests_per_s',
          value: rate,
          target: { atLeast: 15_000 },
          meaning: 'jobs requested a second, until all schedules had moved on',
        },
        {
          name: 'duplicates',
          value: sum(({ duplicates }) => duplicates),
          target: { atMost: 0 },
          meaning: 'in all runs',
        },
        { name: 'missing', value: sum(({ missing }) => missing), target: { atMost: 0 }, meaning: 'in all runs' },
        {
          name: 'command_p99_ms',
          value: percentile(
            bursts.flatMap(({ commands }) => commands),
            99,
          ),
          target: { atMost: 200 },
          meaning: 'how long 99 of 100 commands over HTTP take meanwhile',
        },
        {
          name: 'pgboss_per_s',
          value: median(peerRates),
          meaning: 'jobs that pg-boss takes a second, a thousand a batch',
        },
        {
          name: 'ratio_pgboss',
          value: rate / median(peerRates),
          target: { atLeast: 0.5 },
          meaning: 'requests_per_s to pgboss_per_s',
        },
      ],
      notes: [
        `${formatNumber(schedules)} schedules, ${formatNumber(sum(({ commands }) => commands.length))} commands meanwhile.`,
      ],
    };
  },
});

async function startSystem(
  url: string,
  folder: string,
  schedules: number,
  context: BenchContext,
): Promise<{ readonly system: BurstSystem; readonly commanded: Commanded }> {
  const options = { url, folder };
  const { parts, close } = await openBenchParts(options, context);
  context.log(`Storing ${formatNumber(schedules)} schedules…`);
  await prepareFirstStart(parts, false, context.log);
  await storeTemplates(parts.eventStore);
  const recurrence = { type: 'minutes', every: EVERY_MINUTES } as const;
  await storeSchedules(parts.eventStore, { name: 'burst', schedules, definition: { recurrence, timeZone: 'UTC' } });
  const rare = { type: 'monthly', day: 29, time: '03:00' } as const;
  await storeSchedules(parts.eventStore, {
    name: COMMANDED,
    schedules: MOST_COMMANDS,
    definition: { recurrence: rare, timeZone: 'UTC' },
  });
  const dataDir = parts.settings.DATA_DIR;
  await close();
  await executeSql(url, 'VACUUM ANALYZE event_store.event');
  const port = await freePort('127.0.0.1');
  context.log('Starting two schedulers and the API…');
  await startApps(['scheduler.1', 'scheduler.2', 'api'], options, context, { PORT: String(port) });
  const client = new Client({ connectionString: url });
  await client.connect();
  context.cleanup.add('the connection to the product’s database', () => client.end());
  await untilTakenIn(client, schedules + MOST_COMMANDS, context.cleanup.signal);
  await executeSql(url, 'VACUUM ANALYZE scheduler.due');
  const api = await ApiClient.signInAsAdmin(`http://127.0.0.1:${port}`, dataDir);
  let taken = 0;
  const next = (): string | undefined => (taken < MOST_COMMANDS ? scheduleIdOf(COMMANDED, taken++) : undefined);
  return { system: { url, client, api, schedules }, commanded: { next } };
}

/** The next time that all schedules are due, not before so many milliseconds have passed. */
function nextDue(notBeforeMs: number): Date {
  // The schedules count from midnight of 2000-01-01 in UTC, which is a whole number of intervals after 1970.
  return new Date(Math.ceil((Date.now() + notBeforeMs) / EVERY_MS) * EVERY_MS);
}

/** What one of the product's requests holds, taken from a first burst, which also warms up: the peer stores as much for each job. */
async function requestOf({ client }: BurstSystem, context: BenchContext): Promise<object> {
  context.log('Waiting for a first burst, to warm up…');
  const due = nextDue(0);
  await delay(due.getTime() - Date.now(), undefined, { signal: context.cleanup.signal });
  await untilMoved(client, due, due.getTime() + PATIENCE_MS);
  const { rows } = await client.query<{ data: object }>(
    `SELECT data FROM event_store.event WHERE type = 'JobRequested' LIMIT 1`,
  );
  const [found] = rows;
  if (!found) throw new Error('no job was requested');
  return found.data;
}
