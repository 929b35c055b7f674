import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from './testing/api-world';

let world: ApiWorld;
let dataset: Made;

beforeAll(async () => {
  world = await startApiWorld();
  dataset = await registerFlights(world);
});
afterAll(() => world.close());
afterEach(() => {
  expect(world.log.filter(({ msg }) => msg === 'answer breaks its schema' || msg === 'request failed')).toEqual([]);
});

describe('the main journey', () => {
  it('leads from a dataset over a template and its schedule to a job request', async () => {
    const anna = as(world, world.anna);

    const flights = await anna.get(`/v1/datasets/${dataset.id}`).set('X-Wait-For', dataset.position).expect(200);
    expect(flights.headers.etag).toBe('"0"');
    expect(flights.body).toMatchObject({
      name: 'Flights (flights)',
      columns: [
        { name: 'origin', label: 'Origin', type: 'string', nullable: false },
        { name: 'delay', type: 'integer' },
        { name: 'departed_at', label: 'Departed at', type: 'timestamp' },
        { name: 'fare', type: 'decimal' },
      ],
    });

    const created = await anna.post('/v1/templates', lateFlights(dataset.id)).expect(201);
    const template = made(created);
    expect(created.headers.location).toBe(`/v1/templates/${template.id}`);
    expect(template.etag).toBe('"0"');
    const read = await anna.get(`/v1/templates/${template.id}`).set('X-Wait-For', template.position).expect(200);
    expect(read.body).toMatchObject({
      name: 'Late flights',
      owner: world.anna.userId,
      access: 'owner',
      revision: 0,
      definition: {
        columns: [
          { column: 'origin', header: 'Origin', dataType: 'string', format: null, aggregate: null },
          { column: 'delay', header: 'Minutes late', dataType: 'integer' },
        ],
        filter: { type: 'condition', operands: [{ type: 'literal', parameter: null, value: '15' }] },
        output: { format: 'csv', delimiter: ',' },
      },
    });

    const preview = await anna.post(`/v1/templates/${template.id}/preview`, {}).expect(200);
    expect(preview.body).toMatchObject({
      columns: [{ header: 'Origin' }, { header: 'Minutes late' }],
      truncated: true,
    });
    expect((preview.body as { rows: string[][] }).rows).toHaveLength(50);

    const scheduled = await anna
      .post('/v1/schedules', {
        templateId: template.id,
        name: 'Every morning',
        recurrence: { type: 'daily', time: '07:30' },
        timeZone: 'Europe/Berlin',
      })
      .expect(201);
    const schedule = made(scheduled);
    const planned = await anna.get(`/v1/schedules/${schedule.id}`).set('X-Wait-For', schedule.position).expect(200);
    const { nextRuns } = planned.body as { nextRuns: string[] };
    expect(nextRuns).toHaveLength(10);
    expect(new Set(nextRuns).size).toBe(10);
    expect(planned.body).toMatchObject({
      templateName: 'Late flights',
      status: 'active',
      sentence: 'Every day at 07:30, Europe/Berlin',
      catchUpMinutes: 60,
    });

    const run = made(await anna.post(`/v1/templates/${template.id}/run`, {}).expect(202));
    const job = await anna.get(`/v1/job-requests/${run.id}`).set('X-Wait-For', run.position).expect(200);
    expect(job.body).toMatchObject({
      status: 'requested',
      batchTypeId: 4,
      origin: 'run_now',
      templateName: 'Late flights',
      jobInput: { templateId: template.id, dynamicMapping: true },
      attempts: [],
      progress: null,
    });
    const mappings = await anna.get(`/v1/mappings?templateId=${template.id}`).expect(200);
    expect(mappings.body).toMatchObject({ items: [{ jobRequestId: run.id }], nextCursor: null });
    const audit = await anna.get(`/v1/audit?first=oldest&aggregateId=${template.id}`).set('X-Wait-For', run.position);
    expect(audit.body).toMatchObject({ items: [{ eventType: 'TemplateCreated', actor: world.anna.userId }] });
  });

  it('exports a whole dataset by batch type 1', async () => {
    const anna = as(world, world.anna);
    const body = { batchTypeId: 1, datasetId: dataset.id, output: { format: 'xlsx' } };
    const job = made(await anna.post('/v1/job-requests', body).expect(202));
    const read = await anna.get(`/v1/job-requests/${job.id}`).expect(200);
    expect(read.body).toMatchObject({
      batchTypeId: 1,
      origin: 'standard_export',
      templateId: null,
      jobInput: { dynamicMapping: false, additionalConfig: { output: { format: 'xlsx', sheetName: 'Report' } } },
    });
  });
});
