import { createKafkaWorld } from '../testing/kafka-world';
import { parkingSuite } from '../testing/parking-suite';

parkingSuite('Kafka', async () => {
  const world = await createKafkaWorld();
  await world.startRelay();
  return { ...world, feed: await world.feed() };
});
