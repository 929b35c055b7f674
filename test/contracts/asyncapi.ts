import type { TopicDeclaration } from '#event-sourcing';
import { createEventRecords, DEFAULT_PREFIX } from '#contracts';
import { AGGREGATE_NAMES, type AggregateName } from '../../libs/contracts/src/published/published-events';
import type { PublishedSchema } from '../../libs/contracts/src/published/published-schemas';
import type { YamlValue } from './yaml';

const PARTITIONS = 6;
const AVRO = 'application/vnd.apache.avro;version=1.9.0';

/** The AsyncAPI 3.0 document of the topics, which refers to the schema files beside it. */
export function asyncApiDocument(schemas: readonly PublishedSchema[]): YamlValue {
  const { topics } = createEventRecords({ prefix: DEFAULT_PREFIX, partitions: PARTITIONS });
  const channels = AGGREGATE_NAMES.map((aggregate, index) => {
    const own = schemas.filter((schema) => schema.aggregate === aggregate);
    return [aggregate, channelOf(aggregate, topics[index] as TopicDeclaration, own)] as const;
  });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Report scheduler events',
      version: '1.0.0',
      description:
        'Everything that happened, in order per stream. Records may come twice: drop those whose ce_sequence is not above the highest seen in the partition.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/avro',
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(
      AGGREGATE_NAMES.map((aggregate) => [
        `publish-${aggregate}`,
        {
          action: 'send',
          channel: { $ref: `#/channels/${aggregate}` },
          summary: `The relay publishes what was stored of ${aggregate} streams.`,
        },
      ]),
    ),
    components: {
      messages: Object.fromEntries(schemas.map((schema) => [messageName(schema), messageOf(schema)])),
      messageTraits: { cloudEvent: { headers: HEADERS } },
    },
  };
}

function channelOf(aggregate: AggregateName, topic: TopicDeclaration, schemas: readonly PublishedSchema[]): YamlValue {
  const { 'retention.ms': retention, 'max.message.bytes': largest } = topic.config;
  return {
    address: topic.name,
    description: `Events of ${aggregate} streams. The topic begins with KAFKA_PREFIX where that is set.`,
    messages: Object.fromEntries(
      schemas.map((schema) => [messageName(schema), { $ref: `#/components/messages/${messageName(schema)}` }]),
    ),
    bindings: {
      kafka: {
        topic: topic.name,
        partitions: topic.partitions,
        topicConfiguration: {
          'cleanup.policy': ['delete'],
          'retention.ms': Number(retention),
          'max.message.bytes': Number(largest),
        },
        bindingVersion: '0.5.0',
      },
    },
  };
}

function messageName({ type, version }: PublishedSchema): string {
  return `${type}.v${version}`;
}

function messageOf({ aggregate, type, version, id, schema }: PublishedSchema): YamlValue {
  return {
    name: `report-scheduler.${aggregate}.${type}.v${version}`,
    summary: schema.doc ?? type,
    contentType: 'application/avro',
    traits: [{ $ref: '#/components/messageTraits/cloudEvent' }],
    payload: { schemaFormat: AVRO, schema: { $ref: `./${aggregate}/${type}.v${version}.avsc` } },
    bindings: {
      kafka: {
        key: { type: 'string', description: `The stream: ${aggregate}-<id>.` },
        schemaIdLocation: 'payload',
        schemaIdPayloadEncoding: 'confluent',
        schemaLookupStrategy: 'TopicRecordNameStrategy',
        bindingVersion: '0.5.0',
      },
    },
    'x-schema-id': id,
  };
}

const text = (description: string, more: Record<string, YamlValue> = {}): YamlValue => ({
  type: 'string',
  description,
  ...more,
});

const PROPERTIES: Record<string, YamlValue> = {
  'content-type': text('Media type of the value.', { const: 'application/avro' }),
  ce_specversion: text('Version of CloudEvents.', { const: '1.0' }),
  ce_id: text("The event's id, a UUID. A repeated record has the same."),
  ce_source: text('/<prefix>/<aggregate>'),
  ce_type: text('report-scheduler.<aggregate>.<Event>.v<version>'),
  ce_subject: text("The stream, which is the record's key as well."),
  ce_time: text('When the event was stored: RFC 3339 in UTC.', { format: 'date-time' }),
  ce_dataschema: text('URN of the schema file.'),
  ce_sequence: text('Place in the one order over all streams, a decimal number of up to 19 digits.'),
  ce_revision: text('Place in the stream, from 0.'),
  ce_commandid: text('The command that was decided.'),
  ce_correlationid: text('Shared by all that follows from one request.'),
  ce_causationid: text('The event that led to the command; absent when none did.'),
  ce_actor: text('UUID of a person, or a system such as system:scheduler.'),
  ce_late: text('Set aside and published after later records of its partition: no repeat. Absent from all others.'),
  traceparent: text('W3C trace context of the request; absent when it had none.'),
};
const OPTIONAL = ['ce_causationid', 'ce_late', 'traceparent'];

const HEADERS: YamlValue = {
  type: 'object',
  properties: PROPERTIES,
  required: Object.keys(PROPERTIES).filter((name) => !OPTIONAL.includes(name)),
};
