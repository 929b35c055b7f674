import { once } from 'node:events';
import { createLogger } from '#platform';
import { newPrefix, testKafkaSettings } from '../../../../test/kafka/test-kafka';
import { createKafka } from './client';

const prefix = newPrefix();
const kafka = createKafka(testKafkaSettings(prefix), createLogger({ level: 'silent' }), prefix);

describe('an idle consumer', () => {
  it('wakes up for its fetches alone, and sets no timer in the past', async () => {
    const topic = `${prefix}.idle`;
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    const consumer = kafka.consumer({ groupId: prefix, maxWaitTimeInMs: 200 });
    const warnings: string[] = [];
    const warn = ({ name }: Error) => warnings.push(name);
    process.on('warning', warn);
    const timers = jest.spyOn(globalThis, 'setTimeout');
    try {
      await consumer.connect();
      await consumer.subscribe({ topic });
      const fetches = countFetches(consumer);
      await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
      await fetches.next(2); // joining a group is no idling
      const before = timers.mock.calls.length;
      await fetches.next(5); // about a second
      const set = timers.mock.calls.slice(before);

      // Unpatched it is one or more each millisecond.
      expect(set.length).toBeLessThan(50);
      expect(set.filter(([, milliseconds]) => Number(milliseconds) < 0)).toEqual([]);
      expect(warnings).not.toContain('TimeoutNegativeWarning');
    } finally {
      timers.mockRestore();
      process.off('warning', warn);
      await consumer.disconnect();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    }
  });
});

/** `next(n)` settles after so many fetches more. */
function countFetches(consumer: ReturnType<typeof kafka.consumer>): { next(count: number): Promise<void> } {
  const fetched = new EventTarget();
  consumer.on(consumer.events.FETCH, () => fetched.dispatchEvent(new Event('fetch')));
  return {
    next: async (count) => {
      for (let seen = 0; seen < count; seen += 1) await once(fetched, 'fetch');
    },
  };
}
