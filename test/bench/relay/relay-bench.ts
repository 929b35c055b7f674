import { join } from 'node:path';
import { defineBench } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { countRecords, ownTopics, startBenchKafka } from '../harness/kafka';
import { runMeasured, type Measured } from '../harness/measured-child';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { median } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import { storeBacklog } from '../projection/store-backlog';
import type { RelayJob, Sent } from './relay-job';

/** The limit keeps its records in memory, encoded: so many tell its speed as well as more would. */
const LIMIT_EVENTS = 50_000;

export const relayBench = defineBench({
  name: 'relay',
  summary: 'a backlog of events from the store to Kafka, next to a bare producer that has the records ready',
  options: {
    runs: { help: 'how often the backlog is published; the medians count', default: 3 },
    events: { help: 'events of the backlog', default: 200_000 },
    templates: { help: 'templates among them', default: 500 },
  },
  async run({ runs, events, templates }, context) {
    const { cleanup, log } = context;
    const folder = await createWorkFolder(context);
    const { product: url } = await startBenchPostgres(folder, context);
    const kafka = await startBenchKafka(context);
    log(`Storing ${events} events…`);
    await storeBacklog(url, { events, templates, schedulesPerTemplate: 4 }, context);
    const limitEvents = Math.min(events, LIMIT_EVENTS);
    const send = async (child: string, count: number): Promise<Measured<Sent>> => {
      await executeSql(url, `DELETE FROM event_feed.checkpoint`, 'CHECKPOINT');
      const { prefix, remove } = ownTopics(kafka, context);
      const job: RelayJob = { url, folder, kafka: { brokers: kafka.brokers, prefix }, events: count };
      const measured = await runMeasured<Sent>(join(__dirname, child), job, cleanup);
      const found = await countRecords(kafka, prefix);
      // A fast relay that loses or repeats events is none.
      if (found !== count) throw new Error(`of ${count} events ${found} are in the topics`);
      await remove();
      return measured;
    };
    const { relay, bare } = await interleave(runs, {
      relay: (run) => {
        log(`Run ${run} of ${runs}…`);
        return send('relay-child.js', events);
      },
      bare: () => send('producer-child.js', limitEvents),
    });
    const rate = median(relay.map(({ result }) => events / result.seconds));
    const bareRate = median(bare.map(({ result }) => limitEvents / result.seconds));
    return {
      figures: [
        {
          name: 'events_per_s',
          value: rate,
          target: { atLeast: 20_000 },
          meaning: 'events a second from the start of the relay until its checkpoint is at the end',
        },
        { name: 'kafkajs_per_s', value: bareRate, meaning: 'records a second by a bare producer that has them ready' },
        { name: 'limit_ratio', value: rate / bareRate, meaning: 'events_per_s to kafkajs_per_s' },
        {
          name: 'rss_mib',
          value: median(relay.map(({ peakRssMib }) => peakRssMib)),
          meaning: 'MiB of memory that the relay takes at most',
        },
      ],
      notes: [`Both send idempotently, one request at a time, acknowledged by all replicas; 6 partitions a topic.`],
    };
  },
});
