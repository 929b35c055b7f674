import { join } from 'node:path';
import { defineBench } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { ownTopics, startBenchKafka } from '../harness/kafka';
import { runMeasured } from '../harness/measured-child';
import { startBenchPostgres } from '../harness/postgres';
import { median } from '../harness/statistics';
import { createWorkFolder } from '../harness/work-folder';
import { storeBacklog } from '../projection/store-backlog';
import type { RelayJob, Sent } from '../relay/relay-job';
import type { Consumed, ConsumeJob } from './consume-job';

export const consumeBench = defineBench({
  name: 'consume',
  summary: 'events from Kafka, decoded, to a handler that does nothing, next to a bare consumer that decodes none',
  options: {
    runs: { help: 'how often the topics are read; the medians count', default: 3 },
    events: { help: 'events in the topics', default: 200_000 },
    templates: { help: 'templates among them', default: 500 },
  },
  async run({ runs, events, templates }, context) {
    const { cleanup, log } = context;
    const folder = await createWorkFolder(context);
    const { product: url } = await startBenchPostgres(folder, context);
    const kafka = await startBenchKafka(context);
    const { prefix } = ownTopics(kafka, context);
    const place = { url, folder, kafka: { brokers: kafka.brokers, prefix } };
    log(`Storing and publishing ${events} events…`);
    await storeBacklog(url, { events, templates, schedulesPerTemplate: 4 }, context);
    const publishing: RelayJob = { ...place, events };
    await runMeasured<Sent>(join(__dirname, '..', 'relay', 'relay-child.js'), publishing, cleanup);
    const job: ConsumeJob = { ...place, records: events };
    const { ours, bare } = await interleave(runs, {
      ours: (run) => {
        log(`Run ${run} of ${runs}…`);
        return runMeasured<Consumed>(join(__dirname, 'feed-child.js'), job, cleanup);
      },
      bare: () => runMeasured<Consumed>(join(__dirname, 'bare-child.js'), job, cleanup),
    });
    const rate = median(ours.map(({ result }) => result.perSecond));
    const bareRate = median(bare.map(({ result }) => result.perSecond));
    return {
      figures: [
        {
          name: 'events_per_s',
          value: rate,
          target: { atLeast: 20_000 },
          meaning: 'events a second, from the first batch to the last',
        },
        { name: 'kafkajs_per_s', value: bareRate, meaning: 'records a second by a bare consumer of kafkajs' },
        {
          name: 'ratio_kafkajs',
          value: rate / bareRate,
          target: { atLeast: 0.8 },
          meaning: 'events_per_s to kafkajs_per_s',
        },
        {
          name: 'rss_mib',
          value: median(ours.map(({ peakRssMib }) => peakRssMib)),
          meaning: 'MiB of memory that our process takes at most',
        },
      ],
      notes: [
        'Both join a group of their own and read 6 partitions of each topic from the beginning, without commits.',
      ],
    };
  },
});
