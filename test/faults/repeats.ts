import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Message } from 'kafkajs';

const TOPICS = /^report-scheduler[.](template|schedule|job|dataset|access)[.]v1$/;

/** Reads every record of every topic of events and sends it once more, unchanged, one half after the other. */
export async function sendAgain(brokers: readonly string[]): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const records = await readAll(kafka);
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const half = Math.ceil(records.length / 2);
  for (const part of [records.slice(0, half), records.slice(half)]) {
    const topics = [...new Set(part.map(({ topic }) => topic))];
    const topicMessages = topics.map((topic) => ({
      topic,
      messages: part.filter((sent) => sent.topic === topic).map(({ message }) => message),
    }));
    await producer.sendBatch({ acks: -1, topicMessages });
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
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
      if (high !== '0') left.set(`${topic}/${partition}`, BigInt(high));
    }
  }
  const groupId = `repeats-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  const records: Sent[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachMessage: ({ topic, partition, message: { key, value, headers, offset } }) => {
          const source = `${topic}/${partition}`;
          const end = left.get(source);
          if (end === undefined) return Promise.resolve();
          records.push({ topic, message: { key, value, headers: headers ?? {} } });
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
  return records;
}
