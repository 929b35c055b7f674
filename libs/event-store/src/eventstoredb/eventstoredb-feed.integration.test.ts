import { StoreEventFeed } from '#event-feed';
import { eventFeedConformance } from '#event-sourcing/testing';
import { createLogger } from '#platform';
import { startStandIn } from '../../../../test/eventstoredb/stand-in';
import { createEventStoreDb } from './eventstoredb-event-store';

eventFeedConformance('the store of EventStoreDB', async () => {
  const standIn = await startStandIn();
  const store = createEventStoreDb(standIn.url, createLogger({ level: 'silent' }));
  return {
    feed: new StoreEventFeed(store),
    store,
    close: async () => {
      await store.close();
      standIn.close();
    },
  };
});
