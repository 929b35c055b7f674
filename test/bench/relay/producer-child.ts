import { START, type EventRecord } from '#event-sourcing';
import { createLogger } from '#platform';
import { closeParts, openParts, type Parts } from '#runtime';
import { serveJob } from '../harness/measured-child';
import { benchSettings } from '../harness/product';
import type { RelayJob, Sent } from './relay-job';

/** As many records a request as the relay sends. */
const REQUEST_RECORDS = 1000;

/** The limit: the same records, read and encoded before the clock starts, by a bare producer of kafkajs. */
serveJob(async (job: RelayJob): Promise<Sent> => {
  const parts = await openParts(benchSettings(job), createLogger({ level: 'silent' }));
  try {
    const { client } = kafkaOf(parts);
    const requests = await encoded(parts, job.events);
    const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const started = performance.now();
    for (const topicMessages of requests) await producer.sendBatch({ acks: -1, topicMessages });
    const seconds = (performance.now() - started) / 1000;
    await producer.disconnect();
    return { seconds };
  } finally {
    await closeParts(parts);
  }
});

function kafkaOf({ kafka }: Parts): NonNullable<Parts['kafka']> {
  if (!kafka) throw new Error('the bench was given no Kafka');
  return kafka;
}

type Request = { topic: string; messages: EventRecord[] }[];

async function encoded(parts: Parts, events: number): Promise<readonly Request[]> {
  const { records } = kafkaOf(parts);
  const requests: Request[] = [];
  for (let after = START, left = events; left > 0;) {
    const page = await parts.eventStore.readAll({ after, limit: Math.min(REQUEST_RECORDS, left) });
    const encodedEvents = page.events.map((event) => records.encode(event));
    const topics = records.topics.map(({ name }) => ({
      topic: name,
      messages: encodedEvents.filter(({ topic }) => topic === name),
    }));
    requests.push(topics.filter(({ messages }) => messages.length > 0));
    after = page.readUpTo;
    left -= page.events.length;
  }
  return requests;
}
