import { streamOf, type JobEvent } from '#domain';
import { toDomainEvent } from '#event-sourcing';
import { as, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

let world: ApiWorld;
let template: Made;

const anna = () => as(world, world.anna);
const LATE = { type: 'condition', column: 'delay', operator: 'gte', value: { parameter: 'late' } };
const definitionOf = (datasetId: string) => ({
  datasetId,
  columns: [{ column: 'delay' }],
  groupBy: ['delay'],
  sort: [{ header: 'Delay' }],
  parameters: [{ name: 'late', dataType: 'integer', defaultValue: '87' }],
  filter: LATE,
});

beforeAll(async () => {
  world = await startApiWorld();
  const dataset = await registerFlights(world);
  const body = { name: 'From', definition: definitionOf(dataset.id) };
  template = made(await anna().post('/v1/templates', body).expect(201));
});
afterAll(() => world.close());

async function inputOf(jobId: string) {
  const [requested] = await world.parts.eventStore.readStream(streamOf('job', jobId));
  const event = toDomainEvent<JobEvent>(requested!);
  return event.type === 'JobRequested' ? event.request.input.additionalConfig : null;
}

const withValue = (value: string) => ({
  parameters: [{ name: 'late', label: 'late', dataType: 'integer', value }],
  filter: { operands: [{ type: 'literal', parameter: 'late', value }] },
});

describe('a run', () => {
  it('has the defaults, or what it chooses; a rerun has what the job had', async () => {
    const run = (body: object) => anna().post(`/v1/templates/${template.id}/run`, body);
    const usual = made(await run({}).expect(202));
    expect(await inputOf(usual.id)).toMatchObject(withValue('87'));
    const chosen = made(await run({ parameters: { late: 30 } }).expect(202));
    expect(await inputOf(chosen.id)).toMatchObject(withValue('30'));
    const request = { batchTypeId: 4, templateId: template.id, parameters: { late: '+31' } };
    const requested = made(await anna().post('/v1/job-requests', request).expect(202));
    expect(await inputOf(requested.id)).toMatchObject(withValue('31'));

    await anna().post(`/v1/job-requests/${chosen.id}/cancel`, {}).expect(200);
    for (const verb of ['retry', 'rerun']) {
      const again = made(await anna().post(`/v1/job-requests/${chosen.id}/${verb}`).expect(202));
      expect(await inputOf(again.id)).toEqual(await inputOf(chosen.id));
    }
  });

  it('is refused with what the template lacks and with values that are none', async () => {
    const parameters = { late: 'soon', 'a/b': true };
    const refused = await anna().post(`/v1/templates/${template.id}/run`, { parameters }).expect(422);
    expect(refused.body).toMatchObject({
      code: 'parameters.invalid',
      errors: [
        { code: 'value.unparsable', in: 'body', pointer: '/parameters/late' },
        { code: 'parameter.unknown', in: 'body', pointer: '/parameters/a~1b' },
      ],
    });
    await anna().post('/v1/job-requests', { batchTypeId: 4, templateId: template.id, parameters }).expect(422);
    await anna().post(`/v1/templates/${template.id}/preview`, { parameters }).expect(422);
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`p${index}`, 1]));
    await anna().post(`/v1/templates/${template.id}/run`, { parameters: many }).expect(400);
    await anna()
      .post(`/v1/templates/${template.id}/run`, { parameters: { late: null } })
      .expect(400);
  });
});

describe('a preview', () => {
  it('shows the rows of what is chosen, saved or not', async () => {
    const rows = async (path: string, body: object) =>
      ((await anna().post(path, body).expect(200)).body as { rows: string[][] }).rows.flat();
    const path = `/v1/templates/${template.id}/preview`;
    expect(await rows(path, {})).toEqual(['87', '88', '89']);
    expect(await rows(path, { parameters: { late: 89 } })).toEqual(['89']);
    const { definition } = (await anna().get(`/v1/templates/${template.id}`).set('X-Wait-For', template.position))
      .body as {
      definition: object;
    };
    expect(await rows('/v1/templates/preview', { definition, parameters: { late: 88 } })).toEqual(['88', '89']);
  });
});
