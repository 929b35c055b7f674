import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { transformSync } from '@swc/core';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { createEventRecords } from '#contracts';
import { LATE_HEADER, type EventRecord } from '#event-sourcing';
import { withFieldsOfLaterForms } from '../../libs/contracts/src/later-forms';
import { everyKindOfEvent } from '../../libs/contracts/src/testing';
import { packageRoot } from '#platform';
import { newPrefix, testBrokers } from '../kafka/test-kafka';
import { pythonWith } from './python-packages';

const examples = join(packageRoot(), 'docs', 'examples', 'consumers');
const schemas = join(packageRoot(), 'schemas');
const kafka = new Kafka({ brokers: [...testBrokers()], logLevel: logLevel.NOTHING });
const prefix = newPrefix();
const records = createEventRecords({ prefix, partitions: 2 });
const events = everyKindOfEvent();
const sent = events.map((event) => records.encode(event));
const setAside = streamToSetAside();
const late = sent.filter(({ key }) => key === setAside);

const expected = events.map((event, index) => ({
  sequence: event.position.toString(),
  id: event.id,
  type: sent[index]?.headers.ce_type,
  stream: event.streamId,
  time: event.recordedAt.toISOString(),
  // As the schemas have it, which is all that a consumer knows.
  data: withFieldsOfLaterForms(event.type, event.metadata.schemaVersion, event.data),
}));

beforeAll(async () => {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: records.topics.map(({ name, partitions }) => ({ topic: name, numPartitions: partitions })),
  });
  await admin.disconnect();
  await untilGroupsWork();
  const createPartitioner = Partitioners.DefaultPartitioner;
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner });
  await producer.connect();
  // Each comes twice, as after a failover of the relay.
  const inTime = sent.filter((record) => !late.includes(record)).flatMap((record) => [record, record]);
  await producer.sendBatch({
    topicMessages: records.topics.map(({ name }) => ({
      topic: name,
      messages: inTime.filter(({ topic }) => topic === name),
    })),
  });
  // What the relay had set aside, it sends when later events of the partition have gone out.
  const marked = late.map((record) => ({ ...record, headers: { ...record.headers, [LATE_HEADER]: 'true' } }));
  for (const record of [...marked, ...marked]) await producer.send({ topic: record.topic, messages: [record] });
  await producer.disconnect();
});

/** The consumer of the test at hand: one that does not print what it should would outlive the test, and keep Jest from ending. */
let running: ChildProcess | undefined;
afterEach(() => void running?.kill('SIGKILL'));

afterAll(async () => {
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: records.topics.map(({ name }) => name) });
  await admin.disconnect();
});

it('the example in TypeScript prints every event once, exactly', async () => {
  // Below node_modules, so that it finds the packages.
  const folder = join(packageRoot(), 'node_modules', '.cache', prefix);
  mkdirSync(folder, { recursive: true });
  const { code } = transformSync(readFileSync(join(examples, 'typescript', 'consume.ts'), 'utf8'), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
    swcrc: false,
  });
  writeFileSync(join(folder, 'consume.js'), code);
  try {
    expectAll(await linesOf(process.execPath, [join(folder, 'consume.js')]));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const found = pythonWith(join(examples, 'python', 'requirements.txt'));
if ('missing' in found) {
  process.stderr.write(`THE PYTHON EXAMPLE DID NOT RUN: its packages cannot be installed here.\n${found.missing}\n`);
}
('python' in found ? it : it.skip)('the example in Python prints every event once, exactly', async () => {
  if ('missing' in found) throw new Error(found.missing);
  expectAll(await linesOf(found.python, [join(examples, 'python', 'consume.py')]));
});

/** New brokers have no coordinators of groups before the first group, and consumers complain until they do. */
async function untilGroupsWork(): Promise<void> {
  const consumer = kafka.consumer({ groupId: prefix });
  await consumer.connect();
  await consumer.subscribe({ topics: records.topics.map(({ name }) => name) });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ eachBatch: () => Promise.resolve() });
  await joined;
  await consumer.disconnect();
}

/** A stream that is followed by the events of another one in its partition. */
function streamToSetAside(): string {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = [0, 1].map((partitionId) => {
    return { partitionId, partitionErrorCode: 0, leader: 0, replicas: [0], isr: [0] };
  });
  const placeOf = (record: EventRecord): string =>
    `${record.topic}/${choose({ topic: record.topic, partitionMetadata, message: record })}`;
  const found = sent.find((record, index) =>
    sent.slice(index + 1).some((later) => later.key !== record.key && placeOf(later) === placeOf(record)),
  );
  if (!found) throw new Error('no two streams share a partition');
  return found.key;
}

/** Order is promised for each stream only. */
function expectAll(lines: readonly { readonly stream: string }[]): void {
  expect(byStream(lines)).toEqual(byStream(expected));
}

/** The lines of a consumer, which is stopped when it has printed as many as there are events. */
async function linesOf(program: string, args: readonly string[]) {
  const child = spawn(program, args, {
    env: {
      ...process.env,
      KAFKA_BROKERS: testBrokers().join(','),
      KAFKA_PREFIX: prefix,
      CONSUMER_GROUP: newPrefix(),
      SCHEMAS: schemas,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines: { readonly stream: string }[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line) as { stream: string });
    if (lines.length === events.length) child.kill('SIGTERM');
  }
  expect({ code: await closed, errors }).toEqual({ code: 0, errors: '' });
  return lines;
}

function byStream<Line extends { readonly stream: string }>(lines: readonly Line[]): ReadonlyMap<string, Line[]> {
  const streams = new Map<string, Line[]>();
  for (const line of lines) streams.set(line.stream, [...(streams.get(line.stream) ?? []), line]);
  return streams;
}
