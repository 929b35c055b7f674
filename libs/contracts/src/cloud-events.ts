import { UndecodableRecord, type EventMetadata, type ReceivedRecord, type RecordedEvent } from '#event-sourcing';
import type { AggregateName } from './published/published-events';

/** The product's name in types and sources; topics may begin otherwise. */
const PRODUCT = 'report-scheduler';
const CONTENT_TYPE = 'application/avro';

/** What a record's headers tell: everything of an event but its data. */
export interface EventAttributes {
  readonly aggregate: string;
  readonly type: string;
  readonly event: Omit<RecordedEvent, 'data' | 'type'>;
}

/**
 * CloudEvents 1.0 in binary mode (Kafka protocol binding 1.0.2), with extension attributes for what a recorded event has
 * besides. Null attributes have no header.
 */
export function headersOf(
  event: RecordedEvent,
  aggregate: AggregateName,
  prefix: string,
): Readonly<Record<string, string>> {
  const { commandId, correlationId, causationId, actor, traceparent, schemaVersion } = event.metadata;
  const name = `${aggregate}.${event.type}.v${schemaVersion}`;
  const headers: Record<string, string> = {
    'content-type': CONTENT_TYPE,
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: `/${prefix}/${aggregate}`,
    ce_type: `${PRODUCT}.${name}`,
    ce_subject: event.streamId,
    ce_time: event.recordedAt.toISOString(),
    ce_dataschema: `urn:${PRODUCT}:schema:${name}`,
    ce_sequence: event.position.toString(),
    ce_revision: String(event.revision),
    ce_commandid: commandId,
    ce_correlationid: correlationId,
    ce_actor: actor,
  };
  if (causationId !== null) headers.ce_causationid = causationId;
  if (traceparent !== null) headers.traceparent = traceparent;
  return headers;
}

/** Throws `UndecodableRecord` when a header is missing, comes twice or does not hold what it must. */
export function attributesOf({ headers }: Pick<ReceivedRecord, 'headers'>): EventAttributes {
  const optional = (name: string) => textOf(headers, name);
  const required = (name: string, pattern?: RegExp) => {
    const text = optional(name);
    if (text === null) throw new UndecodableRecord('record.header-missing', `the record has no header ${name}`);
    if (pattern && !pattern.test(text)) throw unfit(name, text);
    return text;
  };
  required('ce_specversion', /^1\.0$/);
  required('content-type', /^application\/avro$/);
  const fullType = required('ce_type');
  const parts = TYPE.exec(fullType);
  if (!parts) throw unfit('ce_type', fullType);
  const [, aggregate = '', type = '', version = ''] = parts;
  const metadata: EventMetadata = {
    commandId: required('ce_commandid'),
    correlationId: required('ce_correlationid'),
    causationId: optional('ce_causationid'),
    actor: required('ce_actor'),
    traceparent: optional('traceparent'),
    schemaVersion: Number(version),
  };
  const recordedAt = new Date(required('ce_time', TIME));
  if (Number.isNaN(recordedAt.getTime())) throw malformed('the header ce_time holds no time of the calendar');
  const event = {
    id: required('ce_id'),
    streamId: required('ce_subject'),
    revision: Number(required('ce_revision', REVISION)),
    position: BigInt(required('ce_sequence', SEQUENCE)),
    recordedAt,
    metadata,
  };
  return { aggregate, type, event };
}

const TYPE = /^report-scheduler\.([a-z]+)\.([A-Za-z]+)\.v([1-9]\d{0,8})$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const REVISION = /^\d{1,15}$/;
const SEQUENCE = /^\d{1,19}$/;

function textOf(headers: ReceivedRecord['headers'], name: string): string | null {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return null;
  if (Array.isArray(value)) throw malformed(`the header ${name} comes ${value.length} times`);
  return typeof value === 'string' ? value : value.toString('utf8');
}

function unfit(name: string, text: string): UndecodableRecord {
  return malformed(`the header ${name} holds "${text.slice(0, 100)}"`);
}

export function malformed(message: string): UndecodableRecord {
  return new UndecodableRecord('record.malformed', message);
}
