import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { startKafka } from '../../../deploy/kafka';
import type { BenchContext } from './bench';

/** A Kafka to measure with. */
export interface BenchKafka {
  /** Each as `host:port`. */
  readonly brokers: readonly string[];
  /** A client that logs nothing, to look at topics with. */
  readonly client: Kafka;
  /** The broker's process; undefined when the brokers are not this run's own. */
  readonly pid: number | undefined;
}

/** The brokers of `KAFKA_BROKERS`, else a broker of this run's own, stopped by the clean-up. */
export async function startBenchKafka({ cleanup, log }: BenchContext): Promise<BenchKafka> {
  const given = process.env.KAFKA_BROKERS?.split(',').filter((broker) => broker !== '') ?? [];
  if (given.length > 0) {
    log(`Kafka: the brokers of KAFKA_BROKERS, ${given.join(', ')}`);
    return { brokers: given, client: clientOf(given), pid: undefined };
  }
  const starting = startKafka({ log, signal: cleanup.signal });
  cleanup.add('Kafka', async () => {
    const kafka = await starting.catch(() => undefined);
    await kafka?.stop();
  });
  const { brokers, nodes } = await starting;
  return { brokers, client: clientOf(brokers), pid: nodes[0]?.pid };
}

/** A prefix for topics that no other run uses; the topics are deleted by the clean-up, or before by the caller. */
export function ownTopics(
  { client }: BenchKafka,
  { cleanup }: BenchContext,
): { readonly prefix: string; remove(): Promise<void> } {
  const prefix = `bench-${randomUUID()}`;
  const remove = (): Promise<void> =>
    withAdmin(client, async (admin) => {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`));
      if (topics.length > 0) await admin.deleteTopics({ topics });
    });
  const forget = cleanup.add(`the topics ${prefix}.*`, remove);
  return {
    prefix,
    remove: async () => {
      forget();
      await remove();
    },
  };
}

/** How many records the topics of a prefix hold. */
export function countRecords({ client }: BenchKafka, prefix: string): Promise<number> {
  return withAdmin(client, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`));
    const ends = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
    return ends.flat().reduce((sum, { high }) => sum + Number(high), 0);
  });
}

function clientOf(brokers: readonly string[]): Kafka {
  return new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.NOTHING });
}

async function withAdmin<Result>(kafka: Kafka, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
