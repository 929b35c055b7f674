import { eventStoreConformance } from './event-store-conformance';
import { InMemoryEventStore } from './in-memory-event-store';

eventStoreConformance('in memory', () => {
  const store = new InMemoryEventStore();
  return Promise.resolve({ store, other: store, close: () => store.close() });
});
