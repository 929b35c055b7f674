import { existsSync } from 'node:fs';

const built = new URL('../../dist/deploy/kafka/index.js', import.meta.url);

/** The module that starts a Kafka, which is TypeScript and so must be built before. */
export async function localKafka() {
  if (!existsSync(built)) throw new Error('These tests run a Kafka whose starter must be built first: npm run build');
  return (await import(built.href)).default;
}

/** The brokers that somebody else runs for the tests, as in the setting. */
export const givenBrokers = () => process.env.TEST_KAFKA_BROKERS || process.env.KAFKA_BROKERS;

/**
 * Names the brokers of a test run in `TEST_KAFKA_BROKERS`, which the workers inherit: those that are given, else one that is
 * started for the run and shared by all its files.
 */
export async function provideKafka() {
  const given = givenBrokers();
  if (given) {
    process.env.TEST_KAFKA_BROKERS = given;
    return;
  }
  const { startKafka } = await localKafka();
  globalThis.testKafka = await startKafka({ log: (line) => process.stderr.write(`${line}\n`) });
  process.env.TEST_KAFKA_BROKERS = globalThis.testKafka.brokers.join(',');
}

/** Stops the broker of `provideKafka`, if it started one. */
export async function removeKafka() {
  const running = globalThis.testKafka;
  if (!running) return;
  delete globalThis.testKafka;
  await running.stop();
}
