import { randomUUID } from 'node:crypto';
import { ConfigResourceTypes, Kafka, logLevel, type Admin } from 'kafkajs';
import type { TopicDeclaration } from '#event-sourcing';
import { testBrokers } from '../../../../test/kafka/test-kafka';
import { ensureTopics, TopicMismatch } from './topics';

const kafka = new Kafka({ brokers: [...testBrokers()], logLevel: logLevel.NOTHING });
const WEEK = { 'cleanup.policy': 'delete', 'retention.ms': '604800000' };
let admin: Admin;
let names: string[];

beforeAll(async () => {
  admin = kafka.admin();
  await admin.connect();
});
beforeEach(() => {
  names = [];
});
afterEach(async () => {
  const standing = new Set(await admin.listTopics());
  const topics = names.filter((name) => standing.has(name));
  if (topics.length > 0) await admin.deleteTopics({ topics });
});
afterAll(() => admin.disconnect());

function declare(partitions = 2, config: Readonly<Record<string, string>> = WEEK): TopicDeclaration {
  const name = `topics-test-${randomUUID()}`;
  names.push(name);
  return { name, partitions, config };
}

async function settingsOf(name: string, ...configNames: string[]): Promise<Record<string, string>> {
  const resources = [{ type: ConfigResourceTypes.TOPIC, name, configNames }];
  const described = await admin.describeConfigs({ includeSynonyms: false, resources });
  const entries = described.resources[0]?.configEntries ?? [];
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
}

it('creates what is missing as declared, and finds it good the next time', async () => {
  const topics = [declare(3), declare(1, {})];
  await ensureTopics(kafka, topics);
  await ensureTopics(kafka, topics);
  const metadata = await admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) });
  expect(Object.fromEntries(metadata.topics.map(({ name, partitions }) => [name, partitions.length]))).toEqual({
    [topics[0]!.name]: 3,
    [topics[1]!.name]: 1,
  });
  expect(await settingsOf(topics[0]!.name, ...Object.keys(WEEK))).toEqual(WEEK);
});

it('makes as many copies as there are brokers up to three, two of them in sync before a record counts', async () => {
  const brokers = (await admin.describeCluster()).brokers.length;
  const [all, one] = [declare(), declare()];
  await ensureTopics(kafka, [all]);
  await ensureTopics(kafka, [one], { replicationFactor: 1 });
  const { topics } = await admin.fetchTopicMetadata({ topics: [all.name, one.name] });
  const copies = new Map(topics.map(({ name, partitions }) => [name, partitions[0]?.replicas.length]));
  expect(copies.get(all.name)).toBe(Math.min(brokers, 3));
  expect(copies.get(one.name)).toBe(1);
  expect(await settingsOf(all.name, 'min.insync.replicas')).toEqual({
    'min.insync.replicas': brokers >= 3 ? '2' : '1',
  });
});

it('lets several processes create the same topics at once', async () => {
  const topics = [declare(), declare(), declare()];
  await Promise.all([1, 2, 3].map(() => ensureTopics(kafka, topics)));
  expect(await admin.listTopics()).toEqual(expect.arrayContaining(topics.map(({ name }) => name)));
});

it('refuses other partitions and settings, and says what stands, what is declared and what to do', async () => {
  const [narrow, short, good] = [declare(2), declare(2, { ...WEEK, 'retention.ms': '1000' }), declare(1)];
  await ensureTopics(kafka, [narrow, short, good]);
  const refused = await ensureTopics(kafka, [{ ...narrow, partitions: 6 }, { ...short, config: WEEK }, good]).catch(
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(TopicMismatch);
  expect(refused).toMatchObject({
    code: 'kafka.topic-mismatch',
    differences: [
      expect.stringMatching(`^${narrow.name} has 2 partitions and 6 are declared: .*set KAFKA_PARTITIONS to 2`),
      `${short.name} has retention.ms=1000 and retention.ms=604800000 is declared: set it by kafka-configs.sh --alter ` +
        `--entity-type topics --entity-name ${short.name} --add-config 'retention.ms=604800000'.`,
    ],
  });
});

it('writes a setting of several values the way that kafka-configs.sh takes it', async () => {
  const topic = declare();
  await ensureTopics(kafka, [topic]);
  const both = { ...topic, config: { 'cleanup.policy': 'compact,delete' } };
  await expect(ensureTopics(kafka, [both])).rejects.toThrow("--add-config 'cleanup.policy=[compact,delete]'");
});
