import { sampleHistory } from '#read-models/testing';
import { createEventRecords } from './event-records';

const records = createEventRecords({ prefix: 'test', partitions: 3 });
it.each(sampleHistory().events.map((event) => [event.type, event] as const))('%s', async (_type, event) => {
  const { key, ...record } = records.encode(event);
  expect(await records.decode({ ...record, key: Buffer.from(key) })).toStrictEqual(event);
});
