import { removeKafka } from './kafka/provide.mjs';
import stopPostgres from './postgres-teardown.mjs';

/** Stops what `kafka-setup.mjs` started. */
export default async function teardown() {
  await Promise.all([stopPostgres(), removeKafka()]);
}
