import { migrate } from '#database';
import { defineBench, type BenchContext } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { ownTopics, startBenchKafka } from '../harness/kafka';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { median, percentile } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import { measureProjected } from './projected';
import { checkRows, startSystem, type System } from './system';

/** Seconds at full pace before anything is measured: the compiler of a fresh process needs them. */
const WARM_UP_SECONDS = 2;

export const kafkaLatencyBench = defineBench({
  name: 'kafka-latency',
  summary: 'from an append to its row in the read models through Kafka, next to the same without Kafka',
  options: {
    runs: { help: 'how often each is measured; the medians count', default: 3 },
    rate: { help: 'appends a second', default: 200, max: 1000 },
    seconds: { help: 'seconds of a run', default: 20 },
  },
  async run({ runs, rate, seconds }, context) {
    const systems = await startSystems(context);
    const defined = { kafka: 0, store: 0 };
    const project = async (name: keyof typeof systems, events: number) => {
      const measured = await measureProjected(systems[name], { rate, events });
      defined[name] += events;
      await checkRows(systems[name].parts, defined[name]);
      return measured;
    };
    context.log('Warming up…');
    for (const name of ['kafka', 'store'] as const) {
      // The first one waits until the group has formed.
      await project(name, 1);
      await project(name, WARM_UP_SECONDS * rate);
    }
    const { kafka, store } = await interleave(runs, {
      kafka: (run) => {
        context.log(`Run ${run} of ${runs}…`);
        return project('kafka', seconds * rate);
      },
      store: () => project('store', seconds * rate),
    });
    const latency = (measured: typeof kafka, percent: number): number =>
      median(measured.map(({ latencies }) => percentile(latencies, percent)));
    return {
      figures: [
        {
          name: 'p50_ms',
          value: latency(kafka, 50),
          meaning: 'from the append to the row through Kafka, half of the events',
        },
        {
          name: 'p99_ms',
          value: latency(kafka, 99),
          target: { atMost: 250 },
          meaning: 'the same, 99 of 100 events',
        },
        { name: 'store_p50_ms', value: latency(store, 50), meaning: "by the store's own feed, half of the events" },
        { name: 'store_p99_ms', value: latency(store, 99), meaning: 'the same, 99 of 100 events' },
        {
          name: 'appends_per_s',
          value: median([...kafka, ...store].map(({ perSecond }) => perSecond)),
          meaning: 'the pace that was kept',
        },
      ],
      notes: [`Relay and projector are processes of their own; the pace asked for is ${rate} events a second.`],
    };
  },
});

/** Two of them side by side, each on a database of its own; only one is given work at a time. */
async function startSystems(context: BenchContext): Promise<{ readonly kafka: System; readonly store: System }> {
  const folder = await createWorkFolder(context);
  const { url, product } = await startBenchPostgres(folder, context);
  await executeSql(url('postgres'), 'CREATE DATABASE without_kafka');
  await migrate(url('without_kafka'), () => undefined);
  const kafka = await startBenchKafka(context);
  const { prefix } = ownTopics(kafka, context);
  context.log('Starting the relay and the projectors…');
  const throughKafka = { url: product, folder, kafka: { brokers: kafka.brokers, prefix } };
  return {
    kafka: await startSystem(['relay', 'projector'], throughKafka, context),
    store: await startSystem(['projector'], { url: url('without_kafka'), folder }, context),
  };
}
