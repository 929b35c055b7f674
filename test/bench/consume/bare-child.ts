import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { serveJob } from '../harness/measured-child';
import type { Consumed, ConsumeJob } from './consume-job';
import { RateMeter } from './rate-meter';

/** The limit: a bare consumer of kafkajs, which counts the records of each batch and decodes none. */
serveJob(async ({ kafka: { brokers, prefix }, records }: ConsumeJob): Promise<Consumed> => {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const meter = new RateMeter(records);
  const consumer = kafka.consumer({ groupId: `${prefix}.bench-${randomUUID()}` });
  await consumer.connect();
  // The topics of events, as the feed reads them.
  await consumer.subscribe({ topics: [new RegExp(`^${prefix}\\.(?!dead-letter)`)], fromBeginning: true });
  const perSecond = await new Promise<number>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          const rate = meter.add(batch.messages.length);
          if (rate !== undefined) resolve(rate);
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return { perSecond };
});
