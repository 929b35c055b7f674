import { randomUUID } from 'node:crypto';
import { readSettings, type Settings } from '#platform';

/**
 * The brokers of the test run, `host:port` each; all test files share them.
 *
 * @throws Error when the file does not run in a Jest project that provides them (kafka)
 */
export function testBrokers(): readonly string[] {
  const brokers = process.env.TEST_KAFKA_BROKERS;
  if (brokers === undefined) throw new Error('No Kafka: name the file *.kafka.test.ts.');
  return brokers.split(',');
}

/** A value for `KAFKA_PREFIX` that nobody else has, so that test files never see each other's topics and groups. */
export const newPrefix = (): string => `test-${randomUUID()}`;

/** The product's settings for the brokers of the test run, with what Kafka needs and a test gives. */
export function testKafkaSettings(
  prefix: string,
  more: NodeJS.ProcessEnv = {},
): Settings & { readonly KAFKA_BROKERS: string[] } {
  const settings = readSettings({ KAFKA_BROKERS: testBrokers().join(','), KAFKA_PREFIX: prefix, ...more });
  return { ...settings, KAFKA_BROKERS: [...testBrokers()] };
}
