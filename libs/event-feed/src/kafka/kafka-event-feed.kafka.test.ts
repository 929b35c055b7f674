import { eventFeedConformance } from '#event-sourcing/testing';
import { createKafkaWorld } from '../testing/kafka-world';

eventFeedConformance('Kafka', async () => {
  const world = await createKafkaWorld();
  await world.startRelay();
  return { feed: await world.feed(), store: world.store, close: world.close };
});
