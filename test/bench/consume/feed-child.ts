import { randomUUID } from 'node:crypto';
import { START } from '#event-sourcing';
import { createLogger } from '#platform';
import { closeParts, openParts } from '#runtime';
import { serveJob } from '../harness/measured-child';
import { benchSettings } from '../harness/product';
import type { Consumed, ConsumeJob } from './consume-job';
import { RateMeter } from './rate-meter';

/** The product's feed: records are decoded, repeats dropped, and the events handed over; the handler only counts them. */
serveJob(async (job: ConsumeJob): Promise<Consumed> => {
  const destination = { write: (line: string) => void process.stderr.write(line) };
  const parts = await openParts(benchSettings(job), createLogger({ level: 'warn', format: 'pretty', destination }));
  try {
    if (!parts.kafka) throw new Error('the bench was given no Kafka');
    const { feed } = parts.kafka;
    const meter = new RateMeter(job.records);
    const perSecond = await new Promise<number>((resolve, reject) => {
      feed
        .subscribe({
          group: `bench-${randomUUID()}`,
          // From the beginning of each partition: without a checkpoint the group would catch up from the store.
          load: () => Promise.resolve({ position: START, offset: '0' }),
          handle: ({ events }) => {
            const rate = meter.add(events.length);
            if (rate !== undefined) resolve(rate);
            return Promise.resolve();
          },
          onError: reject,
        })
        .then(() => feed.start())
        .catch(reject);
    });
    await feed.stop();
    return { perSecond };
  } finally {
    await closeParts(parts);
  }
});
