import { circuit, dataSourceIdOf, streamOf, type CircuitCommand } from '#domain';
import { execute } from '#event-sourcing';
import { as, made, startApiWorld, type ApiWorld } from '../testing/api-world';

const dataSourceId = dataSourceIdOf('sample');
const NOON = '2026-11-23T12:00:00.000Z';

let world: ApiWorld;

beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.close());

const root = () => as(world, world.root);

it('a circuit is shown with its data source, and closed by an administrator', async () => {
  const close = () => root().post('/v1/data-sources/sample/close-circuit');
  expect((await close().expect(409)).body).toMatchObject({ code: 'circuit.never_open' });
  await root().post('/v1/data-sources/nowhere/close-circuit').expect(404);

  // What an exporter would record.
  const streamId = streamOf('circuit', dataSourceId);
  const rules = { failures: 5, pauseMs: 3_600_000, longestPauseMs: 3_600_000 };
  const failure = { dataSource: 'sample', code: 'data_source.unreachable', failures: 5 };
  const command: CircuitCommand = { type: 'NoteFailure', dataSourceId, ...failure, rules, startedAt: NOON, at: NOON };
  const commandId = crypto.randomUUID();
  const context = {
    commandId,
    correlationId: commandId,
    causationId: null,
    actor: 'system:exporter',
    traceparent: null,
  };
  const outcome = await execute(world.parts.eventStore, circuit, { streamId, command, context });
  const position = outcome.kind === 'done' ? String(outcome.position) : '';
  const read = (waitFor: string) => root().get('/v1/data-sources/sample').set('X-Wait-For', waitFor).expect(200);
  expect((await read(`${streamId}@${position}`)).body).toMatchObject({
    circuit: {
      ...{ status: 'open', code: 'data_source.unreachable', failures: 5, openings: 1, openedAt: NOON },
      ...{ until: '2026-11-23T13:00:00.000Z', closedAt: null, closedBy: null },
    },
  });

  await as(world, world.anna).post('/v1/data-sources/sample/close-circuit').expect(403);
  const closed = made(await close().expect(200));
  expect(closed.id).toBe(dataSourceId);
  expect(made(await close().expect(200)).etag).toBe(closed.etag);
  const { body } = await read(closed.position);
  expect(body).toMatchObject({ circuit: { status: 'closed', closedBy: world.root.userId } });
  const audit = await root().get(`/v1/audit?aggregateType=circuit&aggregateId=${dataSourceId}`).expect(200);
  expect((audit.body as { items: { eventType: string }[] }).items.map(({ eventType }) => eventType).toSorted()).toEqual(
    ['CircuitClosed', 'CircuitOpened'],
  );
});
