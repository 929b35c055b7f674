import { print } from '../run-steps.mjs';
import { givenBrokers, localKafka } from './provide.mjs';

/** Why the suites for Kafka cannot run on this machine, or undefined. Downloads Kafka if it is not there yet. */
export async function whyNoKafka() {
  if (givenBrokers()) return undefined;
  const { LocalKafkaError, prepareKafka } = await localKafka();
  try {
    await prepareKafka({ log: (line) => print(`  ${line}`) });
    return undefined;
  } catch (error) {
    if (!(error instanceof LocalKafkaError)) throw error;
    return `They need a real Kafka, and there is none.\n${error.message}`;
  }
}
