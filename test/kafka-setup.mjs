import { provideKafka } from './kafka/provide.mjs';
import startPostgres from './postgres-setup.mjs';

/** A PostgreSQL and a Kafka for all tests of a run. */
export default async function setup() {
  await Promise.all([startPostgres(), provideKafka()]);
}
