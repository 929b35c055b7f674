import { eventStoreConformance, InMemoryEventStore, someEvent } from './testing';
import { VersionedEventStore, type EventVersions } from './versioned-event-store';

const VERSIONS: EventVersions = {
  current: new Map([['PriceSet', 2]]),
  upcast: (event) =>
    event.type === 'PriceSet' && event.metadata.schemaVersion === 1
      ? {
          ...event,
          data: { ...(event.data as object), currency: 'EUR' },
          metadata: { ...event.metadata, schemaVersion: 2 },
        }
      : event,
};

function stores() {
  const plain = new InMemoryEventStore();
  return { plain, versioned: new VersionedEventStore(plain, VERSIONS) };
}

eventStoreConformance('in versions', () => {
  const { versioned } = stores();
  return Promise.resolve({ store: versioned, other: versioned, close: () => versioned.close() });
});

it('writes events in their current version', async () => {
  const { plain, versioned } = stores();
  await versioned.append({ streamId: 'a-1', expected: 'no-stream', events: [someEvent('PriceSet', { amount: 1 })] });
  await versioned.appendMany([{ streamId: 'a-2', expected: 'any', events: [someEvent('NameSet', {})] }]);
  const { events } = await plain.readAll({ after: 0n, limit: 10 });
  expect(events.map(({ type, metadata }) => [type, metadata.schemaVersion])).toEqual([
    ['PriceSet', 2],
    ['NameSet', 1],
  ]);
});

it('gives older events as they would be written now, and current ones as they are', async () => {
  const { plain, versioned } = stores();
  await plain.append({ streamId: 'a-1', expected: 'no-stream', events: [someEvent('PriceSet', { amount: 1 })] });
  await versioned.append({
    streamId: 'a-1',
    expected: 0,
    events: [someEvent('PriceSet', { amount: 2, currency: 'CHF' })],
  });
  const wanted = [
    { amount: 1, currency: 'EUR' },
    { amount: 2, currency: 'CHF' },
  ];
  expect((await versioned.readStream('a-1')).map(({ data }) => data)).toEqual(wanted);
  expect((await versioned.readAll({ after: 0n, limit: 10 })).events.map(({ data }) => data)).toEqual(wanted);
  expect((await versioned.readAt([{ streamId: 'a-1', revision: 0 }])).map(({ data }) => data)).toEqual([wanted[0]]);
});
