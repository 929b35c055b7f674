import { ConfigResourceTypes, KafkaJSProtocolError, type Admin, type Kafka } from 'kafkajs';
import type { TopicDeclaration } from '#event-sourcing';

/** As many copies as survive the loss of one broker while another is down for maintenance. */
const DEFAULT_COPIES = 3;
/** Milliseconds until every broker must know of a topic that one of them has created, and between two looks. */
const KNOWN_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 100;

export interface EnsureTopicsOptions {
  /** Copies of each partition of a topic that is created. Default: 3, or the number of brokers if they are fewer. */
  readonly replicationFactor?: number | undefined;
}

/** Topics stand in Kafka with other settings than declared; the message has one line for each difference. */
export class TopicMismatch extends Error {
  readonly code = 'kafka.topic-mismatch';
  readonly differences: readonly string[];
  constructor(differences: readonly string[]) {
    super(`These topics are not as they must be:\n${differences.map((difference) => `  ${difference}`).join('\n')}`);
    this.name = 'TopicMismatch';
    this.differences = differences;
  }
}

/**
 * Creates the topics that are missing, and checks the partitions and declared settings of those that stand; they are never
 * changed. Several processes may do it at once. Throws `TopicMismatch`, and kafkajs's own errors when the brokers cannot be
 * reached or refuse.
 */
export async function ensureTopics(
  kafka: Kafka,
  declarations: readonly TopicDeclaration[],
  { replicationFactor }: EnsureTopicsOptions = {},
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const standing = new Set(await admin.listTopics());
    const missing = declarations.filter(({ name }) => !standing.has(name));
    if (missing.length > 0) await create(admin, missing, replicationFactor);
    const differences = await onceKnown(async () => [
      ...(await differentPartitions(admin, declarations)),
      ...(await differentSettings(admin, declarations)),
    ]);
    if (differences.length > 0) throw new TopicMismatch(differences);
  } finally {
    await admin.disconnect();
  }
}

async function create(admin: Admin, missing: readonly TopicDeclaration[], copies: number | undefined): Promise<void> {
  const replicationFactor = copies ?? Math.min(DEFAULT_COPIES, (await admin.describeCluster()).brokers.length);
  // With three copies, an acknowledged record is in two, and one broker may be away. With fewer, a second one that must be
  // there would stop all writing whenever one broker is away.
  const settings = { 'min.insync.replicas': replicationFactor >= DEFAULT_COPIES ? '2' : '1' };
  for (const { name, partitions, config } of missing) {
    const configEntries = Object.entries({ ...settings, ...config }).map(([key, value]) => ({ name: key, value }));
    // One topic a request: it answers false when another process was faster, and throws when only some topics exist.
    await admin.createTopics({
      // Not every broker knows of it yet, and kafkajs's own wait fails when it asks one that does not.
      waitForLeaders: false,
      topics: [{ topic: name, numPartitions: partitions, replicationFactor, configEntries }],
    });
  }
}

/** Asks again while the broker that was asked does not know of a topic that another one has created. */
async function onceKnown<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (const giveUpAt = performance.now() + KNOWN_WITHIN_MS; ;) {
    try {
      return await ask();
    } catch (error) {
      const unknown = error instanceof KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
      if (!unknown || performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}

async function differentPartitions(admin: Admin, declarations: readonly TopicDeclaration[]): Promise<string[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: declarations.map(({ name }) => name) });
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  return declarations
    .map(({ name, partitions }) => ({ name, declared: partitions, found: counts.get(name) ?? 0 }))
    .filter(({ declared, found }) => declared !== found)
    .map(
      ({ name, declared, found }) =>
        `${name} has ${found} partitions and ${declared} are declared: the count can never change, since it decides where a ` +
        `stream's events lie; set KAFKA_PARTITIONS to ${found}, or another KAFKA_PREFIX for new topics.`,
    );
}

async function differentSettings(admin: Admin, declarations: readonly TopicDeclaration[]): Promise<string[]> {
  const declared = declarations.filter(({ config }) => Object.keys(config).length > 0);
  if (declared.length === 0) return [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: declared.map(({ name, config }) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
      configNames: Object.keys(config),
    })),
  });
  const found = new Map(
    resources.flatMap(({ resourceName, configEntries }) =>
      configEntries.map(({ configName, configValue }) => [`${resourceName} ${configName}`, configValue]),
    ),
  );
  return declared.flatMap(({ name, config }) =>
    Object.entries(config)
      .map(([key, value]) => ({ key, value, now: found.get(`${name} ${key}`) ?? 'nothing' }))
      .filter(({ value, now }) => value !== now)
      .map(
        ({ key, value, now }) =>
          `${name} has ${key}=${now} and ${key}=${value} is declared: set it by ` +
          `kafka-configs.sh --alter --entity-type topics --entity-name ${name} --add-config '${key}=${setting(value)}'.`,
      ),
  );
}

/** In `--add-config`, commas separate settings; a list of values stands in brackets. */
function setting(value: string): string {
  return value.includes(',') ? `[${value}]` : value;
}
