import fc from 'fast-check';
import { DEFAULT_CSV } from '#domain';
import { ANNA, NOON, TEMPLATE_ID, jobRequest, templateDefinition } from '#domain/testing';
import { UndecodableRecord, type ReceivedRecord, type RecordedEvent, type UndecodableCode } from '#event-sourcing';
import { createEventRecords } from './event-records';
import { arbitraryEvent, everyKindOfEvent, received, recordedEvent } from './testing';

const records = createEventRecords({ prefix: 'acme', partitions: 3 });
const archived = recordedEvent(`template-${TEMPLATE_ID}`, 'TemplateArchived', {
  templateId: TEMPLATE_ID,
  by: ANNA,
  at: NOON,
});
const requested = recordedEvent('job-1', 'JobRequested', { request: jobRequest(), at: NOON });
const decoded = async (event: RecordedEvent) => records.decode(received(records.encode(event)));

describe('what comes back', () => {
  it.each(everyKindOfEvent().map((event) => [event.type, event] as const))('is %s as it was', async (_type, event) => {
    expect(await decoded(event)).toStrictEqual(event);
  });

  it('is any definition, filter, recurrence and input as it was', () =>
    fc.assert(
      fc.asyncProperty(arbitraryEvent, async (event) => {
        expect(await decoded(event)).toStrictEqual(event);
      }),
    ));

  it('has no cause and no trace where there was none', async () => {
    const event = { ...archived, metadata: { ...archived.metadata, causationId: null, traceparent: null } };
    expect(await decoded(event)).toStrictEqual(event);
    expect(Object.keys(records.encode(event).headers)).not.toContain('ce_causationid');
  });
});

describe('a record', () => {
  const { topic, key, value, headers } = records.encode(archived);

  it('stands in the topic of its aggregate, its key is the stream', () => {
    expect({ topic, key }).toEqual({ topic: 'acme.template.v1', key: archived.streamId });
  });

  it('begins with a zero byte and the id of schemas/ids.json', () => {
    expect([...value.subarray(0, 5)]).toEqual([0, 0, 0, 0, 3]);
  });

  it('has the headers of CloudEvents in binary mode', () => {
    expect(headers).toEqual({
      'content-type': 'application/avro',
      ce_specversion: '1.0',
      ce_id: archived.id,
      ce_source: '/acme/template',
      ce_type: 'report-scheduler.template.TemplateArchived.v1',
      ce_subject: archived.streamId,
      ce_time: '2026-11-23T12:00:00.123Z',
      ce_dataschema: 'urn:report-scheduler:schema:template.TemplateArchived.v1',
      ce_sequence: '9007199254740993',
      ce_revision: '3',
      ce_commandid: archived.metadata.commandId,
      ce_correlationid: 'correlation',
      ce_causationid: archived.metadata.causationId,
      ce_actor: 'system:test',
      traceparent: archived.metadata.traceparent,
    });
  });

  it('is not made of an event that the schema does not describe whole', () => {
    const encode = (event: Partial<RecordedEvent>) => () => records.encode({ ...archived, ...event });
    const data = archived.data as object;
    expect(encode({ data: { ...data, extra: 1 } })).toThrow(/TemplateArchived has no field extra/);
    expect(encode({ data: { by: ANNA, at: NOON } })).toThrow(/TemplateArchived lacks templateId/);
    expect(encode({ data: { ...data, by: 7 } })).toThrow(RangeError);
    expect(encode({ type: 'TemplateLost' })).toThrow('no schema of template describes TemplateLost in version 1');
    expect(encode({ type: 'JobStarted' })).toThrow('no schema of template describes JobStarted in version 1');
    expect(encode({ metadata: { ...archived.metadata, schemaVersion: 2 } })).toThrow(RangeError);
    expect(encode({ streamId: 'invoice-1' })).toThrow('belongs to no aggregate');
  });

  it('is not made of a number that Avro’s writer would change', () => {
    const data = { userId: ANNA, templateId: null, datasetId: TEMPLATE_ID, at: NOON };
    const seen = (rows: number) => recordedEvent('access-1', 'PreviewRead', { ...data, rows });
    expect(() => records.encode(seen(2 ** 52 - 1))).not.toThrow();
    expect(() => records.encode(seen(2 ** 52))).toThrow(/4503599627370496 is beyond 4503599627370495/);
  });

  it('is not made of a union of which no branch fits', () => {
    const output = { ...DEFAULT_CSV, format: 'pdf' };
    const data = { templateId: TEMPLATE_ID, by: ANNA, at: NOON, details: { name: '', description: null, tags: [] } };
    const definition = { ...templateDefinition(), output };
    const event = recordedEvent('template-1', 'TemplateRevised', { ...data, definition, restoredRevision: null });
    expect(() => records.encode(event)).toThrow(/no branch of .*ParquetOptions fits/);
  });
});

describe('a record is refused', () => {
  const good = received(records.encode(archived));
  const value = good.value as Buffer;
  const other = received(records.encode(requested));
  const header = (name: string, text: string | undefined): Partial<ReceivedRecord> => ({
    headers: { ...good.headers, [name]: text },
  });

  it.each<[string, Partial<ReceivedRecord>, UndecodableCode, RegExp]>([
    ['without a value', { value: null }, 'record.malformed', /tombstone/],
    ['shorter than a schema id', { value: Buffer.from([0, 0]) }, 'record.malformed', /2 bytes/],
    ['of JSON', { value: Buffer.from('{"by":1}') }, 'record.malformed', /begins with 123/],
    ['cut short', { value: value.subarray(0, -1) }, 'record.malformed', /ends too early/],
    ['with bytes too many', { value: Buffer.concat([value, value]) }, 'record.malformed', /bytes follow the value/],
    ['with a damaged length', { value: Buffer.from('0000000003feffffffff1f', 'hex') }, 'record.malformed', /too early/],
    ['of an unknown schema', { value: Buffer.from('000000ffff00', 'hex') }, 'record.unknown-schema', /schema 65535/],
    ['of a negative schema id', { value: Buffer.from('00ffffffff00', 'hex') }, 'record.unknown-schema', /schema -1/],
    [
      'of another event’s schema',
      { value: other.value },
      'record.malformed',
      /headers say TemplateArchived .*JobRequested/,
    ],
    ['from another topic', { topic: 'acme.job.v1' }, 'record.wrong-topic', /stands in acme.job.v1/],
    ['from a foreign topic', { topic: 'orders' }, 'record.wrong-topic', /orders is no topic/],
    ['without a key', { key: null }, 'record.malformed', /key is not its stream/],
    ['with another key', { key: Buffer.from('template-2') }, 'record.malformed', /key is not its stream/],
    ['without headers', { headers: {} }, 'record.header-missing', /no header ce_specversion/],
    ['without a type', header('ce_type', undefined), 'record.header-missing', /no header ce_type/],
    ['without a position', header('ce_sequence', undefined), 'record.header-missing', /no header ce_sequence/],
    [
      'of a newer type',
      header('ce_type', 'report-scheduler.template.TemplatePrinted.v1'),
      'record.unknown-type',
      /Printed/,
    ],
    [
      'of a newer aggregate',
      header('ce_type', 'report-scheduler.invoice.Paid.v1'),
      'record.unknown-type',
      /invoice.Paid/,
    ],
    [
      'of a type elsewhere',
      header('ce_type', 'report-scheduler.job.TemplateArchived.v1'),
      'record.unknown-type',
      /job/,
    ],
    [
      'of another version',
      header('ce_type', 'report-scheduler.template.TemplateArchived.v2'),
      'record.malformed',
      /version 2/,
    ],
    ['of a foreign type', header('ce_type', 'com.acme.thing'), 'record.malformed', /ce_type holds/],
    ['with a position in words', header('ce_sequence', 'first'), 'record.malformed', /ce_sequence holds "first"/],
    ['with a time of no calendar', header('ce_time', '2026-13-45T12:00:00.000Z'), 'record.malformed', /no time/],
    ['in another media type', header('content-type', 'application/json'), 'record.malformed', /content-type/],
    ['with a header twice', { headers: { ...good.headers, ce_id: ['a', 'b'] } }, 'record.malformed', /2 times/],
  ])('%s', (_what, change, code, message) => {
    const refusal = refusalOf({ ...good, ...change });
    expect(refusal).toBeInstanceOf(UndecodableRecord);
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('of a newer version by a schema that nobody knows', () => {
    const headers = { ...good.headers, ce_type: 'report-scheduler.template.TemplateArchived.v2' };
    const refusal = refusalOf({ ...good, headers, value: Buffer.from('000000ffff00', 'hex') });
    expect(refusal).toMatchObject({ code: 'record.unknown-schema' });
  });

  it('and never anything but refused, whichever bytes are damaged', () => {
    const whole = other.value as Buffer;
    const damage = fc.record({ place: fc.nat(whole.length - 1), byte: fc.nat(255), length: fc.nat(whole.length) });
    fc.assert(
      fc.property(damage, ({ place, byte, length }) => {
        const damaged = Buffer.from(whole.subarray(0, length));
        if (place < length) damaged[place] = byte;
        try {
          expect(records.decode({ ...other, value: damaged })).toMatchObject({ type: 'JobRequested' });
        } catch (error) {
          expect(error).toBeInstanceOf(UndecodableRecord);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

it('declares a topic for each aggregate', () => {
  expect(records.topics.map(({ name }) => name)).toEqual(
    [
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
    ].map((aggregate) => `acme.${aggregate}.v1`),
  );
  expect(records.topics[0]).toEqual({
    name: 'acme.template.v1',
    partitions: 3,
    config: { 'cleanup.policy': 'delete', 'retention.ms': '604800000', 'max.message.bytes': '4194304' },
  });
});

function refusalOf(record: ReceivedRecord): unknown {
  try {
    return records.decode(record);
  } catch (error) {
    return error;
  }
}
