import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ANNA, NOON, TEMPLATE_ID } from '#domain/testing';
import { UndecodableRecord } from '#event-sourcing';
import { createEventRecords } from '../event-records';
import { frame } from '../wire-format';
import { readPublishedSchemas } from '../published/published-schemas';
import { avroCodec } from '../avro/avro-codec';
import type { RecordSchema } from '../avro/avro-schema';
import { received, recordedEvent } from '../testing';

const FIRST_ID = 1000;
const archived = recordedEvent('template-1', 'TemplateArchived', { templateId: TEMPLATE_ID, by: ANNA, at: NOON });

/** What Confluent's registry does of what is asked of it. */
class RegistryStandIn {
  readonly subjects = new Map<string, number>();
  readonly schemas: string[] = [];
  readonly asked: string[] = [];
  answer: (() => { readonly status: number; readonly body: string }) | null = null;
  readonly #server = createServer((request, response) => {
    void this.#answerTo(request).then(({ status, body }) => response.writeHead(status).end(body));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://anna:secret@127.0.0.1:${(this.#server.address() as AddressInfo).port}/registry/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  add(schema: string): number {
    const known = this.schemas.indexOf(schema);
    return FIRST_ID + (known >= 0 ? known : this.schemas.push(schema) - 1);
  }

  async #answerTo(request: IncomingMessage) {
    this.asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    if (this.answer) return this.answer();
    const [, subject] = /^\/registry\/subjects\/(.+)\/versions$/.exec(request.url ?? '') ?? [];
    if (subject !== undefined) {
      const { schema } = JSON.parse(await text(request)) as { schema: string };
      const id = this.add(schema);
      this.subjects.set(decodeURIComponent(subject), id);
      return { status: 200, body: JSON.stringify({ id }) };
    }
    const schema = this.schemas[Number(request.url?.split('/').at(-1)) - FIRST_ID];
    return schema === undefined
      ? { status: 404, body: '{"error_code":40403,"message":"Schema not found"}' }
      : { status: 200, body: JSON.stringify({ schema }) };
  }
}

let registry: RegistryStandIn;
let url: string;
const options = (more = {}) => ({ prefix: 'acme', partitions: 1, registry: { url, ...more } });
beforeEach(async () => {
  registry = new RegistryStandIn();
  url = await registry.start();
});
afterEach(() => registry.stop());

async function prepared() {
  const records = createEventRecords(options());
  await records.prepare();
  return records;
}

it('gets every schema under the subject of its topic and record', async () => {
  await prepared();
  const wanted = readPublishedSchemas().map(
    ({ aggregate, type }) => `acme.${aggregate}.v1-report_scheduler.${aggregate}.${type}`,
  );
  // The versions of an event share a subject.
  expect([...registry.subjects.keys()]).toEqual([...new Set(wanted)]);
  expect(registry.asked[0]).toMatch(/^POST .* Basic YW5uYTpzZWNyZXQ=$/);
});

it('gives the ids that stand in records', async () => {
  const records = await prepared();
  const record = records.encode(archived);
  expect(record.value.readInt32BE(1)).toBe(
    registry.subjects.get('acme.template.v1-report_scheduler.template.TemplateArchived'),
  );
  expect(await records.decode(received(record))).toStrictEqual(archived);
});

it('must be asked before anything is encoded', () => {
  expect(() => createEventRecords(options()).encode(archived)).toThrow(/call prepare\(\) first/);
});

describe('a schema of a newer release', () => {
  const ours = readPublishedSchemas().find(({ type }) => type === 'TemplateArchived')!.schema;
  const newer = (more: RecordSchema['fields'], fewer: readonly string[] = []): RecordSchema => ({
    ...ours,
    fields: [...ours.fields.filter(({ name }) => !fewer.includes(name)), ...more],
  });
  const written = (schema: RecordSchema, data: unknown) => {
    const id = registry.add(JSON.stringify(schema));
    const record = received(createEventRecords({ prefix: 'acme', partitions: 1 }).encode(archived));
    const headers = { ...record.headers, ce_type: 'report-scheduler.template.TemplateArchived.v2' };
    return { ...record, headers, value: frame(id, avroCodec(schema).encode(data)) };
  };

  it('is looked up once, and read as the newest version that is known here', async () => {
    const records = await prepared();
    const record = written(newer([{ name: 'reason', type: 'string' }]), {
      ...(archived.data as object),
      reason: 'old',
    });
    const before = registry.asked.length;
    expect(await Promise.all([records.decode(record), records.decode(record)])).toStrictEqual([archived, archived]);
    expect(await records.decode(record)).toStrictEqual(archived);
    expect(registry.asked.slice(before)).toHaveLength(1);
  });

  it('is refused when it lacks what is needed here', async () => {
    const records = await prepared();
    const record = written(newer([], ['by']), { templateId: TEMPLATE_ID, at: NOON });
    const refusal: unknown = await Promise.resolve(records.decode(record)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UndecodableRecord);
    expect(refusal).toMatchObject({ code: 'record.unknown-schema', message: expect.stringMatching(/go together/) });
  });

  it('is refused when the registry does not know it, and asked for again', async () => {
    const records = await prepared();
    const record = { ...received(records.encode(archived)), value: frame(1, Buffer.alloc(0)) };
    await expect(records.decode(record)).rejects.toMatchObject({ code: 'record.unknown-schema' });
    const before = registry.asked.length;
    await expect(records.decode(record)).rejects.toMatchObject({ code: 'record.unknown-schema' });
    expect(registry.asked.length).toBe(before + 1);
  });

  it('is no fault of the record while the registry is out of order', async () => {
    const records = await prepared();
    const record = written(newer([]), archived.data);
    registry.answer = () => ({ status: 500, body: '<html>' });
    const unknown = { ...record, value: frame(1, Buffer.alloc(0)) };
    await expect(records.decode(unknown)).rejects.toMatchObject({ name: 'SchemaRegistryFailure' });
    registry.answer = null;
    await expect(records.decode(unknown)).rejects.toMatchObject({ code: 'record.unknown-schema' });
  });
});

describe('what goes wrong is told without the password:', () => {
  it('nobody answers', async () => {
    await registry.stop();
    const failure: unknown = await createEventRecords(options())
      .prepare()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'SchemaRegistryFailure',
      message: expect.stringMatching(/^the schema registry at http:\/\/127\.0\.0\.1:\d+\/registry does not answer$/),
    });
  });

  it('no answer comes in time', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const records = createEventRecords(options({ url: `http://127.0.0.1:${port}`, timeoutMs: 50 }));
    await expect(records.prepare()).rejects.toThrow(/does not answer/);
    silent.closeAllConnections();
    silent.close();
  });

  it('a schema is refused', async () => {
    registry.answer = () => ({ status: 409, body: '{"error_code":409,"message":"incompatible"}' });
    await expect(createEventRecords(options()).prepare()).rejects.toThrow(
      /refused to register acme\.template\.v1-report_scheduler\.template\.RetryPolicyChosen \(409\): incompatible$/,
    );
  });

  it('an answer holds no id', async () => {
    registry.answer = () => ({ status: 200, body: '{}' });
    await expect(createEventRecords(options()).prepare()).rejects.toThrow(/refused to give an id/);
  });
});
