import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, KafkaJSError, logLevel, type Admin, type Message } from 'kafkajs';

const TOPICS = /^report-scheduler[.](template|schedule|job|dataset|access)[.]v1$/;

/** So many records make a request that every topic takes. */
const RECORDS_A_REQUEST = 500;

/** Partitions are between two leaders for some seconds at most. */
const TRIES = 60;
const BETWEEN_TRIES_MS = 500;

/** Sends the first copy of every event once more, unchanged, all topics' first halves before their second ones. */
export async function sendAgain(brokers: readonly string[]): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const records = await readAll(kafka);
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const half = Math.ceil(records.length / 2);
  for (const part of [records.slice(0, half), records.slice(half)]) {
    for (const topic of new Set(part.map((sent) => sent.topic))) {
      const messages = part.filter((sent) => sent.topic === topic).map(({ message }) => message);
      for (let at = 0; at < messages.length; at += RECORDS_A_REQUEST) {
        await producer.send({ topic, acks: -1, messages: messages.slice(at, at + RECORDS_A_REQUEST) });
      }
    }
  }
  await producer.disconnect();
}

interface Sent {
  readonly topic: string;
  readonly message: Message;
}

async function readAll(kafka: Kafka): Promise<readonly Sent[]> {
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => TOPICS.test(topic));
  const left = new Map<string, bigint>();
  for (const topic of topics) {
    for (const { partition, high } of await endsOf(admin, topic)) {
      if (high !== '0') left.set(`${topic}/${partition}`, BigInt(high));
    }
  }
  const groupId = `repeats-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  // A topic holds what earlier calls have sent again: without this it would double each time.
  const records = new Map<string, Sent>();
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachMessage: ({ topic, partition, message: { key, value, headers, offset } }) => {
          const source = `${topic}/${partition}`;
          const end = left.get(source);
          if (end === undefined) return Promise.resolve();
          const id = String(headers?.ce_id);
          if (!records.has(id)) records.set(id, { topic, message: { key, value, headers: headers ?? {} } });
          if (BigInt(offset) + 1n >= end) left.delete(source);
          if (left.size === 0) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  await admin.deleteGroups([groupId]);
  await admin.disconnect();
  return [...records.values()];
}

/** Where the partitions end, as soon as each has a leader. */
async function endsOf(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (!(error instanceof KafkaJSError && error.retriable) || tries === TRIES) throw error;
      await delay(BETWEEN_TRIES_MS);
    }
  }
}
