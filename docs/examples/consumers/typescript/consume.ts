/**
 * Prints the events of the report scheduler as JSON lines. Needs kafkajs and avsc, and the folder `schemas/`.
 *
 *   KAFKA_BROKERS=localhost:9092 SCHEMAS=../../../../schemas node consume.js [aggregate…]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Schema } from 'avsc';
import { Kafka, logLevel } from 'kafkajs';

const { KAFKA_BROKERS = 'localhost:9092', KAFKA_PREFIX = 'report-scheduler', SCHEMAS = 'schemas' } = process.env;
const group = process.env.CONSUMER_GROUP ?? 'events-as-json-lines';
const named = process.argv.slice(2);
const aggregates =
  named.length > 0
    ? named
    : [
        'template',
        'schedule',
        'job',
        'dataset',
        'datasource',
        'calendar',
        'backfill',
        'circuit',
        'preferences',
        'notification',
        'destination',
        'deliveryplan',
        'delivery',
        'burstplan',
        'burst',
        'access',
      ];

type SchemaIds = Record<string, Record<string, number>>;

/** Every schema by its id: `report-scheduler.job.v1-report_scheduler.job.JobStarted` is `job/JobStarted.v<version>.avsc`. */
const types = new Map<number, Type>();
const ids = JSON.parse(readFileSync(join(SCHEMAS, 'ids.json'), 'utf8')) as SchemaIds;
for (const [subject, versions] of Object.entries(ids)) {
  const [aggregate = '', event = ''] = subject.split('.').slice(-2);
  for (const [version, id] of Object.entries(versions)) {
    const file = join(SCHEMAS, aggregate, `${event}.v${version}.avsc`);
    types.set(id, Type.forSchema(JSON.parse(readFileSync(file, 'utf8')) as Schema, { wrapUnions: 'auto' }));
  }
}

/** One zero byte, four bytes of schema id, then the Avro body. */
function decode(value: Buffer): unknown {
  if (value[0] !== 0) throw new Error('not in the Confluent wire format');
  const type = types.get(value.readInt32BE(1));
  if (!type) throw new Error(`unknown schema ${value.readInt32BE(1)}: update the folder schemas/`);
  return unwrapped(type.fromBuffer(value.subarray(5)));
}

/** avsc names the branch of a union of records, `{ "report_scheduler.job.CsvOptions": {…} }`; the record tells it anyway. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0].includes('.')) return unwrapped(first[1]);
  return Object.fromEntries(entries.map(([name, field]) => [name, unwrapped(field)]));
}

/** The highest `ce_sequence` seen, by partition. Keep it with your own data, in the same transaction, to survive a restart. */
const seen = new Map<string, bigint>();
/** Ids of the late records seen. They are few; keep them likewise. */
const seenLate = new Set<string>();

/** Whether the record came before: the relay sends some again after a failover. */
function isRepeat(source: string, sequence: bigint, id: string, late: boolean): boolean {
  if (late) {
    // Set aside and sent after later ones of its partition, so its sequence tells nothing.
    if (seenLate.has(id)) return true;
    seenLate.add(id);
    return false;
  }
  if (sequence <= (seen.get(source) ?? 0n)) return true;
  seen.set(source, sequence);
  return false;
}

async function main(): Promise<void> {
  const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), clientId: group, logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topics: aggregates.map((name) => `${KAFKA_PREFIX}.${name}.v1`), fromBeginning: true });
  await consumer.run({
    eachMessage: ({ topic, partition, message }) => {
      const header = (name: string) => message.headers?.[name]?.toString() ?? null;
      const sequence = BigInt(header('ce_sequence') ?? 0);
      const id = header('ce_id') ?? '';
      const late = header('ce_late') !== null;
      if (isRepeat(`${topic}/${partition}`, sequence, id, late)) return Promise.resolve();
      const event = {
        sequence: sequence.toString(),
        id,
        type: header('ce_type'),
        stream: header('ce_subject'),
        time: header('ce_time'),
        data: message.value && decode(message.value),
      };
      process.stdout.write(`${JSON.stringify(event)}\n`);
      return Promise.resolve();
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void consumer.disconnect());
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
