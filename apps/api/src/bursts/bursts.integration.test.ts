import { randomUUID } from 'node:crypto';
import { burst, burstJobId, job, streamOf, type BurstCommand, type JobCommand } from '#domain';
import { jobOutput, jobRequest, webhookDestination } from '#domain/testing';
import { execute, type Decider, type DomainRefusal } from '#event-sourcing';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld } from '../testing/api-world';

let world: ApiWorld;
let anna: ReturnType<typeof as>;
let ben: ReturnType<typeof as>;
let templateId: string;
let listId: string;
let path: string;
let scheduleId: string;

beforeAll(async () => {
  world = await startApiWorld({
    SMTP_URL: 'smtp://127.0.0.1:1',
    SMTP_FROM: 'reports@example.org',
    BURST_MOST_ROWS: 50,
  });
  [anna, ben] = [as(world, world.anna), as(world, world.ben)];
  const dataset = await registerFlights(world);
  const template = (definition: object) => ({ name: 'Flights', definition: { datasetId: dataset.id, ...definition } });
  const create = async (body: object) => made(await anna.post('/v1/templates', body).expect(201)).id;
  const parameter = { name: 'late', label: 'Minutes late', dataType: 'integer', defaultValue: '15' };
  const filter = { type: 'condition', column: 'delay', operator: 'gt', value: { parameter: 'late' } };
  templateId = await create(template({ columns: [{ column: 'origin' }], filter, parameters: [parameter] }));
  const columns = [
    { column: 'origin', header: 'Mail' },
    { column: 'delay', header: 'Late' },
  ];
  listId = await create(template({ columns, output: { format: 'jsonl' } }));
  scheduleId = await schedule(listId);
  path = `/v1/schedules/${scheduleId}/burst`;
});
afterAll(() => world.close());

async function schedule(ofTemplate: string): Promise<string> {
  const recurrence = { type: 'daily', time: '07:30' };
  const body = { templateId: ofTemplate, name: 'Daily', timeZone: 'Europe/Berlin', recurrence };
  return made(await anna.post('/v1/schedules', body).expect(201)).id;
}

const mail = { channel: 'email', addressColumn: 'Mail' };
const plan = (more: object = {}) => ({
  ...{ templateId, parameters: [{ name: 'late', column: 'Late' }], delivery: mail, mostRows: 20, ...more },
});

async function destination(more: object = {}): Promise<string> {
  const { webhook } = webhookDestination();
  const secret = { signingSecret: 'a secret that signs' };
  const body = { name: randomUUID(), kind: 'webhook', webhook: { url: webhook?.url }, secret, ...more };
  return made(await as(world, world.root).post('/v1/destinations', body).expect(201)).id;
}

it('is planned, read and withdrawn by the owner of the schedule', async () => {
  expect((await anna.get(path).expect(404)).body).toMatchObject({ code: 'burst.missing' });
  expect((await anna.post(`${path}/withdraw`).expect(404)).body).toMatchObject({ code: 'burst.missing' });
  const first = made(await anna.put(path, plan()).expect(200));
  const wording = { subject: null, text: null };
  const read = await anna.get(path).expect(200);
  expect([read.headers.etag, read.body]).toEqual([
    first.etag,
    {
      ...{ scheduleId, status: 'planned', templateId, parameters: [{ name: 'late', column: 'Late' }] },
      delivery: { ...mail, attach: true, destinationId: null, pattern: null, ...wording },
      ...{ mostRows: 20, revision: 0 },
    },
  ]);
  const destinationId = await destination();
  const files = { channel: 'destination', destinationId, text: 'Yours' };
  await anna.put(path, { templateId, delivery: files }).set('If-Match', first.etag).expect(200);
  await anna.put(path, plan()).set('If-Match', first.etag).expect(412);
  expect((await anna.get(path).expect(200)).body).toMatchObject({
    ...{ parameters: [], mostRows: 50, revision: 1 },
    delivery: { ...files, pattern: '{jobId}/{file}', addressColumn: null },
  });
  await anna.post(`${path}/withdraw`).expect(200);
  expect((await anna.get(path).expect(200)).body).toMatchObject({ status: 'withdrawn', revision: 2 });
  for (const request of [ben.get(path), ben.put(path, plan()), ben.post(`${path}/withdraw`)]) {
    expect((await request.expect(404)).body).toMatchObject({ code: 'schedule.missing' });
  }
});

describe('a burst that cannot work is refused', () => {
  const fills = (name: string, column: string) => ({ parameters: [{ name, column }] });
  const files = async (more: object) => ({
    delivery: { channel: 'destination', destinationId: await destination(), ...more },
  });

  it.each<[string, () => Promise<object> | object, number, string, object[]]>([
    ['without a template', () => ({ templateId: undefined }), 400, 'request.invalid', [{ pointer: '/templateId' }]],
    ['that is none', () => ({ templateId: randomUUID() }), 404, 'template.missing', []],
    [
      'for its parameter',
      () => fills('lat', 'Late'),
      422,
      'burst.invalid',
      [{ code: 'parameter.unknown', pointer: '/parameters/0/name' }],
    ],
    [
      'for its column',
      () => fills('late', 'Lat'),
      422,
      'burst.invalid',
      [{ code: 'burst.column_unknown', pointer: '/parameters/0/column' }],
    ],
    [
      'for its addresses',
      () => ({ delivery: { ...mail, addressColumn: 'mail' } }),
      422,
      'burst.invalid',
      [{ code: 'burst.column_unknown', pointer: '/delivery/addressColumn' }],
    ],
    [
      'for its names',
      () => files({ pattern: '{file}' }),
      422,
      'burst.invalid',
      [{ code: 'burst.names_collide', pointer: '/delivery/pattern' }],
    ],
    ['for names that lead out', () => files({ pattern: '../{jobId}/{file}' }), 422, 'delivery.pattern_invalid', []],
    [
      'for its limit',
      () => ({ mostRows: 51 }),
      422,
      'burst.invalid',
      [{ code: 'burst.limit_exceeded', pointer: '/mostRows' }],
    ],
    ['for no rows', () => ({ mostRows: 0 }), 400, 'request.invalid', [{ pointer: '/mostRows' }]],
    ['for a destination of others', () => files({ destinationId: randomUUID() }), 404, 'destination.missing', []],
    ['for a channel', () => ({ delivery: { channel: 'fax' } }), 400, 'request.invalid', [{}]],
    [
      'for a number in place of a column',
      () => ({ parameters: [{ name: 'late', column: 1 }] }),
      400,
      'request.invalid',
      [{}],
    ],
  ])('%s', async (_what, more, status, code, errors) => {
    const { body } = await anna.put(path, plan(await more())).expect(status);
    expect(body).toMatchObject({ code, ...(errors.length > 0 && { errors }) });
  });

  it('for its list, which is no JSON lines, or for a schedule that is removed', async () => {
    const ofReports = await schedule(templateId);
    const other = `/v1/schedules/${ofReports}/burst`;
    expect((await anna.put(other, plan({ parameters: [] })).expect(422)).body).toMatchObject({
      ...{ code: 'burst.invalid', errors: [{ code: 'burst.list_format' }, { code: 'burst.column_unknown' }] },
    });
    await anna.post(`/v1/schedules/${ofReports}/remove`).expect(200);
    expect((await anna.put(other, plan()).expect(409)).body).toMatchObject({ code: 'schedule.removed' });
  });

  it('for a template that others may not run, or that is archived', async () => {
    const dataset = await registerFlights(world, 'flights');
    const foreign = made(await ben.post('/v1/templates', lateFlights(dataset.id)).expect(201)).id;
    const share = { userId: world.anna.userId, level: 'view' };
    await ben.post(`/v1/templates/${foreign}/share`, share).expect(200);
    const more = { templateId: foreign, parameters: [] };
    expect((await anna.put(path, plan(more)).expect(403)).body).toMatchObject({ code: 'access.forbidden' });
    await ben.post(`/v1/templates/${foreign}/share`, { ...share, level: 'run' }).expect(200);
    await ben.post(`/v1/templates/${foreign}/archive`).expect(200);
    expect((await anna.put(path, plan(more)).expect(409)).body).toMatchObject({ code: 'template.archived' });
  });
});

describe('of a job request', () => {
  const at = new Date().toISOString();
  async function send<Command, State, Event extends { readonly type: string }, Refusal extends DomainRefusal>(
    decider: Decider<Command, State, Event, Refusal>,
    streamId: string,
    command: Command,
  ): Promise<string> {
    const commandId = randomUUID();
    const context = { commandId, correlationId: commandId, causationId: null, actor: 'system:test', traceparent: null };
    const outcome = await execute(world.parts.eventStore, decider, { streamId, command, context });
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
    return `${streamId}@${outcome.position}`;
  }
  const list = async () => {
    const jobId = randomUUID();
    const owner = world.anna.userId;
    const request = jobRequest({ jobId, origin: 'schedule', scheduleId, owner });
    const commands: JobCommand[] = [
      { type: 'RequestJob', request, at },
      { type: 'StartJob', jobId, attempt: 1, worker: 'w', at },
      { type: 'CompleteJob', jobId, attempt: 1, output: jobOutput(), outputExpiresAt: at, at },
    ];
    let position = '';
    for (const command of commands) position = await send(job, streamOf('job', jobId), command);
    const read = () => anna.get(`/v1/job-requests/${jobId}`).set('X-Wait-For', position).expect(200);
    return { jobId, read };
  };
  const settle = (command: BurstCommand) => send(burst, streamOf('burst', command.jobId), command);

  it('the list tells what became of it, and leads to the jobs of its rows, which tell of it', async () => {
    const { jobId: listJobId, read } = await list();
    expect((await read()).body).toMatchObject({
      burst: null,
      expansion: null,
    });
    const rowJobId = burstJobId(listJobId, 1);
    const row = { scheduleId, planRevision: 0, listJobId, row: 1, recipientId: randomUUID() };
    const request = jobRequest({ jobId: rowJobId, origin: 'burst', burst: row, owner: world.anna.userId });
    const position = await send(job, streamOf('job', rowJobId), { type: 'RequestJob', request, at });
    const leftOut = [{ row: 2, code: 'value.missing', message: 'The column "Mail" has no value.' }] as const;
    await settle({ type: 'ExpandBurst', jobId: listJobId, scheduleId, rows: 2, jobs: 1, leftOut, at });
    const { body } = await read();
    const href = `/v1/job-requests?burstOf=${listJobId}`;
    const { expansion } = body as { expansion: object };
    expect(expansion).toEqual({
      ...{ status: 'expanded', rows: 2, jobs: 1, leftOut, leftOutCount: 1, failure: null, at, href },
    });
    const listed = await anna.get(href).set('X-Wait-For', position).expect(200);
    expect(listed.body).toMatchObject({
      items: [
        {
          ...{ jobRequestId: rowJobId, origin: 'burst', scheduleId: null },
          burst: { scheduleId, listJobRequestId: listJobId, row: 1 },
        },
      ],
    });
    expect(JSON.stringify(listed.body)).not.toContain(row.recipientId);
    await ben.get(`/v1/job-requests/${listJobId}`).expect(404);
    expect((await ben.get(href).expect(200)).body).toMatchObject({ items: [] });
  });

  it('the list tells why nobody got a report', async () => {
    const { jobId, read } = await list();
    const failure = { code: 'burst.too_many_rows', message: 'The list has 21 rows.' } as const;
    await settle({ type: 'FailBurst', jobId, scheduleId, ...failure, at });
    const { body } = await read();
    expect(body).toMatchObject({
      status: 'completed',
      expansion: { status: 'failed', rows: null, failure, leftOutCount: 0 },
    });
  });
});
