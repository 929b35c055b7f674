import { createPool, NotificationListener } from '#database';
import { PostgresEventStore } from '#event-store';
import { defineBench, type BenchContext, type Figure } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { findProgram } from '../harness/programs';
import { median } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import { sampleRow } from './events';
import { measureBatches, measureSingles } from './our-appends';
import { createPeerTable, measurePlainInserts, preparePgbench } from './peer-inserts';

const CALLERS = 10;
/** Enough to keep the store's two calls under way busy. */
const BATCH_CALLERS = 4;

export const appendBench = defineBench({
  name: 'append',
  summary: 'events stored a second, one at a time and in batches, next to pgbench and to plain inserts',
  options: {
    runs: { help: 'how often each measurement is repeated; the medians count', default: 5 },
    appends: { help: 'single appends, and transactions of pgbench, of a run', default: 20_000, min: CALLERS },
    batchEvents: { help: 'events of a run of batches', default: 100_000 },
    batch: { help: 'events of a batch, each in a stream of its own', default: 1_000 },
  },
  async run({ runs, appends, batchEvents, batch }, context) {
    const { cleanup, log } = context;
    const folder = await createWorkFolder(context);
    const { product: url } = await startBenchPostgres(folder, context);
    await createPeerTable(url);
    const program = findProgram('pgbench');
    const pgbench = program === undefined ? undefined : await preparePgbench(program, { url, folder, cleanup });
    const { store, pool } = openStore(url, context);
    // Each run pays for its own writes alone: the checkpoint before it empties what the last one left.
    const measure = async <Value>(what: string, work: () => Promise<Value>): Promise<Value> => {
      log(`${what}…`);
      await executeSql(url, 'CHECKPOINT');
      return work();
    };
    const sizes = { callers: BATCH_CALLERS, events: batchEvents, batch };

    log('Warming up…');
    await measureSingles(store, { callers: CALLERS, appends: Math.ceil(appends / 10) });
    await measureBatches(store, { ...sizes, events: Math.ceil(batchEvents / 10) });
    const singles = await interleave(runs, {
      ours: (run) =>
        measure(`Single appends, run ${run} of ${runs}`, () => measureSingles(store, { callers: CALLERS, appends })),
      pgbench: pgbench && ((run) => measure(`pgbench, run ${run} of ${runs}`, () => pgbench.measure(CALLERS, appends))),
    });
    const batches = await interleave(runs, {
      ours: (run) => measure(`Batches, run ${run} of ${runs}`, () => measureBatches(store, sizes)),
      plain: (run) => measure(`Plain inserts, run ${run} of ${runs}`, () => measurePlainInserts(pool, sizes)),
    });
    return {
      figures: figuresOf({
        singleRate: median(singles.ours.map(({ perSecond }) => perSecond)),
        singleP99: median(singles.ours.map(({ p99Ms }) => p99Ms)),
        pgbenchRate: singles.pgbench.length > 0 ? median(singles.pgbench) : undefined,
        batchRate: median(batches.ours),
        plainRate: median(batches.plain),
      }),
      notes: notesOf(pgbench !== undefined),
    };
  },
});

function openStore(url: string, { cleanup }: BenchContext) {
  const pool = createPool(url, { application: 'bench', max: CALLERS, onIdleError: () => undefined });
  const notifications = new NotificationListener(url, 'bench notifications');
  const store = new PostgresEventStore(pool, notifications);
  cleanup.add('the event store', async () => {
    await store.close();
    await notifications.close();
    await pool.end();
  });
  return { store, pool };
}

interface Measured {
  readonly singleRate: number;
  readonly singleP99: number;
  readonly pgbenchRate: number | undefined;
  readonly batchRate: number;
  readonly plainRate: number;
}

function figuresOf({ singleRate, singleP99, pgbenchRate, batchRate, plainRate }: Measured): readonly Figure[] {
  const peer: readonly Figure[] =
    pgbenchRate === undefined
      ? []
      : [
          { name: 'pgbench_per_s', value: pgbenchRate, meaning: 'the same INSERT by pgbench -M prepared -c 10' },
          {
            name: 'single_ratio',
            value: singleRate / pgbenchRate,
            target: { atLeast: 1 },
            meaning: 'single_per_s to pgbench_per_s',
          },
        ];
  return [
    { name: 'single_per_s', value: singleRate, meaning: 'appends of one event a second by 10 callers of one store' },
    ...peer,
    { name: 'single_p99_ms', value: singleP99, meaning: 'how long 99 of 100 of them take at most' },
    {
      name: 'batch_events_per_s',
      value: batchRate,
      target: { atLeast: 30_000 },
      meaning: 'events a second in batches over many streams',
    },
    { name: 'plain_events_per_s', value: plainRate, meaning: 'the same batches by plain multi-row INSERTs' },
    { name: 'batch_ratio', value: batchRate / plainRate, meaning: 'batch_events_per_s to plain_events_per_s' },
  ];
}

function notesOf(pgbenchFound: boolean): readonly string[] {
  const { data, metadata } = sampleRow();
  return [
    `Each event has ${data.length} bytes of data and ${metadata.length} bytes of metadata; every commit is flushed to disk.`,
    ...(pgbenchFound
      ? []
      : [
          'pgbench is not installed, so pgbench_per_s and single_ratio are missing: Debian has it in the package postgresql.',
        ]),
  ];
}
