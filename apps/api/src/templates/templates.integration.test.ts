import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

let world: ApiWorld;
let dataset: Made;
let template: Made;

beforeAll(async () => {
  world = await startApiWorld();
  dataset = await registerFlights(world);
});
beforeEach(async () => {
  template = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
});
afterAll(() => world.close());
afterEach(() => {
  expect(world.log.filter(({ level }) => level === 50)).toEqual([]);
});

const anna = () => as(world, world.anna);

async function revise(more: object): Promise<Made> {
  const body = lateFlights(dataset.id, more);
  return made(await anna().put(`/v1/templates/${template.id}`, body).set('If-Match', '*').expect(200));
}

describe('revisions of a template', () => {
  it('are listed, compared and brought back', async () => {
    const columns = [{ column: 'origin' }, { column: 'fare' }, { column: 'delay', header: 'Minutes late' }];
    const revised = await revise({ name: 'With fares', definition: { datasetId: dataset.id, columns } });
    await anna().post(`/v1/templates/${template.id}/share`, { userId: world.ben.userId, level: 'view' }).expect(200);
    const path = `/v1/templates/${template.id}/revisions`;

    const list = await anna().get(path).set('X-Wait-For', revised.position).expect(200);
    expect(list.body).toMatchObject({
      items: [
        { revision: 1, name: 'With fares', restoredRevision: null, changedBy: world.anna.userId },
        { revision: 0, name: 'Late flights' },
      ],
      nextCursor: null,
    });
    expect((await anna().get(`${path}/0`).expect(200)).body).toMatchObject({
      definition: { columns: [{ column: 'origin' }, { column: 'delay' }] },
    });
    const { body } = await anna().get(`${path}/0/diff/1`).expect(200);
    expect(body).toEqual({
      older: 0,
      newer: 1,
      differences: expect.arrayContaining([
        { pointer: '/name', change: 'changed', before: 'Late flights', after: 'With fares' },
        { pointer: '/definition/columns/1', change: 'added', after: expect.objectContaining({ column: 'fare' }) },
        expect.objectContaining({ pointer: '/definition/filter', change: 'changed', after: null }),
      ]),
    });
    await anna().get(`${path}/0/diff/2`).expect(404);

    const restored = made(await anna().post(`${path}/0/restore`).expect(200));
    expect(restored.etag).toBe('"3"');
    const read = await anna().get(`/v1/templates/${template.id}`).set('X-Wait-For', restored.position).expect(200);
    expect(read.body).toMatchObject({ name: 'Late flights', revision: 3 });
    expect((await anna().get(`${path}/3`).expect(200)).body).toMatchObject({ restoredRevision: 0 });
    await anna().post(`${path}/2/restore`).expect(404);
  });

  it('that changes nothing is none', async () => {
    expect((await revise({})).etag).toBe('"0"');
  });
});

describe('a template', () => {
  it('is archived, keeps still, and is restored', async () => {
    const post = (verb: string) => anna().post(`/v1/templates/${template.id}/${verb}`, {});
    const archived = made(await post('archive').expect(200));
    expect((await post('archive').expect(200)).headers.etag).toBe(archived.etag);
    await post('run').expect(409);
    await anna()
      .put(`/v1/templates/${template.id}`, lateFlights(dataset.id, { name: 'x' }))
      .set('If-Match', '*')
      .expect(409);
    const recurrence = { type: 'hourly', minute: 5 };
    const schedule = { templateId: template.id, name: 'x', recurrence, timeZone: 'UTC' };
    await anna().post('/v1/schedules', schedule).expect(409);
    await post('restore').expect(200);
    await post('run').expect(202);
  });

  it('has a retry policy, or none, which decides the attempts of its next jobs', async () => {
    const path = `/v1/templates/${template.id}/retry-policy`;
    const rule = { attempts: 7, firstDelaySeconds: 10, factor: 2, longestDelaySeconds: 600, jitter: 0.25 };
    await anna()
      .put(path, { policy: { transient: rule } })
      .expect(428);
    const wrong = { ...rule, attempts: 21, longestDelaySeconds: 5 };
    await anna()
      .put(path, { policy: { transient: wrong } })
      .set('If-Match', '*')
      .expect(400);
    const chosen = made(
      await anna()
        .put(path, { policy: { transient: rule } })
        .set('If-Match', '*')
        .expect(200),
    );
    const read = await anna().get(`/v1/templates/${template.id}`).set('X-Wait-For', chosen.position).expect(200);
    const limit = { attempts: 1, firstDelaySeconds: 1, factor: 4, longestDelaySeconds: 300, jitter: 0.5 };
    expect(read.body).toMatchObject({ revision: 1, retryPolicy: { transient: rule, limit, deadlineMinutes: null } });

    const job = made(await anna().post(`/v1/templates/${template.id}/run`, {}).expect(202));
    const jobs = await anna().get(`/v1/job-requests/${job.id}`).set('X-Wait-For', job.position).expect(200);
    expect(jobs.body).toMatchObject({ maxAttempts: 7 });
    const none = made(await anna().put(path, { policy: null }).set('If-Match', '*').expect(200));
    const again = await anna().get(`/v1/templates/${template.id}`).set('X-Wait-For', none.position).expect(200);
    expect(again.body).toMatchObject({ revision: 2, retryPolicy: null });
  });

  it('is duplicated for whoever may see it', async () => {
    const copy = made(await anna().post(`/v1/templates/${template.id}/duplicate`, {}).expect(201));
    const read = await anna().get(`/v1/templates/${copy.id}`).set('X-Wait-For', copy.position).expect(200);
    expect(read.body).toMatchObject({ name: 'Late flights (copy)', copiedFrom: template.id, owner: world.anna.userId });
    const named = made(await anna().post(`/v1/templates/${template.id}/duplicate`, { name: 'Mine' }).expect(201));
    expect((await anna().get(`/v1/templates/${named.id}`).expect(200)).body).toMatchObject({ name: 'Mine' });
  });

  it('is found by search, tag, status and dataset', async () => {
    const odd = await revise({ name: '100% late_flights', tags: ['a', 'b', 'a'] });
    const ids = async (query: string) => {
      const { body } = await anna().get(`/v1/templates?${query}`).set('X-Wait-For', odd.position).expect(200);
      return (body as { items: { templateId: string }[] }).items.map(({ templateId }) => templateId);
    };
    expect(await ids('search=100%25%20LATE_')).toEqual([template.id]);
    expect(await ids('tag=b')).toEqual([template.id]);
    expect(await ids(`status=archived&datasetId=${dataset.id}&tag=b`)).toEqual([]);
    expect(await ids(`status=active&datasetId=${dataset.id}&limit=1`)).toEqual([template.id]);
    expect((await anna().get(`/v1/templates/${template.id}`)).body).toMatchObject({ tags: ['a', 'b'] });
  });

  it('is previewed before it is saved, in the zone that was asked for', async () => {
    const definition = {
      datasetId: dataset.id,
      columns: [
        { column: 'departed_at', dataType: 'string' },
        { column: 'fare', aggregate: 'sum', header: 'Sum' },
      ],
      groupBy: ['departed_at'],
      sort: [{ header: 'Sum', direction: 'descending' }],
      rowLimit: 3,
    };
    const preview = await anna().post('/v1/templates/preview', { definition, timeZone: 'Asia/Tokyo' }).expect(200);
    const { rows, columns } = preview.body as { rows: string[][]; columns: object[] };
    expect(columns).toEqual([
      { header: 'Departed at', dataType: 'string' },
      { header: 'Sum', dataType: 'decimal' },
    ]);
    expect(rows.map(([, sum]) => Number(sum))).toEqual([50, 49.75, 49.5]);
    await anna().post('/v1/templates/preview', { definition, timeZone: 'Nowhere' }).expect(400);
    const events = await world.parts.eventStore.readStream(
      `access-${world.anna.userId}-${new Date().toISOString().slice(0, 10)}`,
    );
    expect(events.at(-1)).toMatchObject({
      type: 'PreviewRead',
      data: { datasetId: dataset.id, templateId: null, rows: 3 },
    });
  });
});

describe('a schedule', () => {
  it('is paused, resumed, revised and removed', async () => {
    const recurrence = { type: 'weekly', weekdays: [1, 5], time: '06:00' };
    const body = { name: 'Mondays and Fridays', recurrence, timeZone: 'America/New_York' };
    const schedule = made(
      await anna()
        .post('/v1/schedules', { templateId: template.id, ...body })
        .expect(201),
    );
    const path = `/v1/schedules/${schedule.id}`;
    await anna().post(`${path}/pause`, { note: 'holidays' }).expect(200);
    const resumed = made(await anna().post(`${path}/resume`).expect(200));
    expect(resumed.etag).toBe('"2"');
    await anna().put(path, body).expect(428);
    await anna()
      .put(path, { ...body, priority: 'high' })
      .set('If-Match', schedule.etag)
      .expect(412);
    const revised = made(
      await anna()
        .put(path, { ...body, priority: 'high' })
        .set('If-Match', resumed.etag)
        .expect(200),
    );
    const read = await anna().get(path).set('X-Wait-For', revised.position).expect(200);
    expect(read.body).toMatchObject({ priority: 'high', recurrence, status: 'active', scheduleFrequency: 'weekly' });

    const removed = made(await anna().post(`${path}/remove`).expect(200));
    await anna().post(`${path}/resume`).expect(409);
    const gone = await anna().get(path).set('X-Wait-For', removed.position).expect(200);
    expect(gone.body).toMatchObject({ status: 'removed', nextRuns: [] });
    const list = await anna().get(`/v1/schedules/self-service?templateId=${template.id}`).expect(200);
    expect(list.body).toMatchObject({ items: [{ scheduleFrequency: 'weekly', userId: world.anna.userId }] });
    expect((await anna().get(`${path}/skipped`).expect(200)).body).toEqual({ items: [], nextCursor: null });
  });
});

describe('a dataset', () => {
  const root = () => as(world, world.root);
  const body = { name: 'F', dataSource: 'sample', relation: { schema: 'public', name: 'flights' } };

  it('is registered by administrators over tables that exist', async () => {
    await anna().post('/v1/datasets', body).expect(403);
    await root()
      .post('/v1/datasets', { ...body, dataSource: 'nowhere' })
      .expect(404);
    await root()
      .post('/v1/datasets', { ...body, relation: { schema: 'public', name: `x'; DROP TABLE flights; --` } })
      .expect(422);
    await root()
      .post('/v1/datasets', { ...body, columns: [] })
      .expect(422);
    await root()
      .post('/v1/datasets', { ...body, columns: [{ name: 'gate', type: 'string' }] })
      .expect(422);
    const twice = [1, 2].map(() => ({ name: 'delay', type: 'integer' }));
    await root()
      .post('/v1/datasets', { ...body, columns: twice })
      .expect(422);
    const sources = await root().get('/v1/data-sources').expect(200);
    expect(sources.body).toMatchObject({ items: [{ name: 'sample', origin: 'settings' }] });
    const relations = await root().get('/v1/data-sources/sample/relations').expect(200);
    expect(relations.body).toEqual({ items: [{ schema: 'public', name: 'flights', kind: 'table' }] });
    await root().get('/v1/data-sources/nowhere/relations').expect(404);
    await anna().get('/v1/data-sources').expect(403);
  });

  it('is registered and revised over a query, which is vetted', async () => {
    await world.sample('CREATE TABLE queried (kept text, dropped integer)');
    const rest = { name: 'Q', dataSource: 'sample' };
    const query = 'SELECT kept, dropped * 2 AS twice FROM queried -- all';
    const { id } = made(
      await root()
        .post('/v1/datasets', { ...rest, query })
        .expect(201),
    );
    const read = await anna().get(`/v1/datasets/${id}`).expect(200);
    expect(read.body).toMatchObject({
      relation: null,
      query,
      columns: [
        { name: 'kept', type: 'string' },
        { name: 'twice', label: 'Twice', type: 'integer' },
      ],
    });
    const audit = await root().get(`/v1/audit?aggregateType=dataset&aggregateId=${id}`).expect(200);
    expect(JSON.stringify(audit.body)).toContain(query);
    const drift = async () => (await anna().get(`/v1/datasets/${id}/drift`).expect(200)).body as object;
    expect(await drift()).toEqual({ drifted: false, items: [] });
    await world.sample('ALTER TABLE queried DROP dropped');
    expect(await drift()).toMatchObject({ drifted: true, items: [{ code: 'dataset.query_invalid', column: null }] });
    const etag = read.headers['etag'] as string;
    const revise = (revised: object) =>
      root()
        .put(`/v1/datasets/${id}`, { ...rest, ...revised })
        .set('If-Match', etag);
    const refusal = await revise({ query: 'SELECT pg_sleep(1) AS a' }).expect(422);
    expect(refusal.body).toMatchObject({ code: 'data_source.query_refused', errors: [{ pointer: '/query' }] });
    await revise({ query: 'SELECT kept FROM queried' }).expect(200);
    expect(await drift()).toEqual({ drifted: false, items: [] });
  });

  it('is either a relation or a query, and never a bad one', async () => {
    const { relation, ...rest } = body;
    const codeOfPost = async (more: object, status: number): Promise<string> => {
      const response = await root()
        .post('/v1/datasets', { ...rest, ...more })
        .expect(status);
      return (response.body as { code: string }).code;
    };
    expect(await codeOfPost({}, 400)).toBe('request.invalid');
    expect(await codeOfPost({ relation, query: 'SELECT 1 AS a' }, 400)).toBe('request.invalid');
    for (const query of [
      'DELETE FROM flights',
      'SELECT 1',
      'SELECT 1 +',
      'SELECT f(1) AS a',
      "SELECT 'a'::int + NULL::date AS a",
    ]) {
      expect(await codeOfPost({ query }, 422)).toMatch(/^data_source\.(query_refused|value_invalid)$/);
    }
    expect(await codeOfPost({ query: 'SELECT a FROM gone' }, 422)).toBe('data_source.relation_missing');
    expect(await codeOfPost({ query: 'SELECT gone FROM flights' }, 422)).toBe('data_source.column_missing');
    const columns = [{ name: 'b', type: 'string' }];
    expect(await codeOfPost({ query: 'SELECT 1 AS a', columns }, 422)).toBe('data_source.column_missing');
  });

  it('tells on demand how its table has drifted', async () => {
    await world.sample('CREATE TABLE drifting (kept text, dropped integer, retyped integer)');
    const relation = { schema: 'public', name: 'drifting' };
    const { id } = made(
      await root()
        .post('/v1/datasets', { ...body, relation })
        .expect(201),
    );
    const drift = async () => (await anna().get(`/v1/datasets/${id}/drift`).expect(200)).body as object;
    expect(await drift()).toEqual({ drifted: false, items: [] });
    await world.sample('ALTER TABLE drifting ADD added date');
    expect(await drift()).toMatchObject({ drifted: false, items: [{ code: 'dataset.column_undeclared' }] });
    await world.sample('ALTER TABLE drifting DROP dropped, ALTER retyped TYPE date USING NULL');
    expect(await drift()).toMatchObject({
      drifted: true,
      items: [
        { code: 'dataset.column_missing', column: 'dropped', breaking: true },
        { code: 'dataset.column_type_changed', column: 'retyped', breaking: true },
        { code: 'dataset.column_undeclared', column: 'added', breaking: false },
      ],
    });
    await world.sample('DROP TABLE drifting');
    expect(await drift()).toMatchObject({ drifted: true, items: [{ code: 'dataset.relation_missing', column: null }] });
    await anna().get('/v1/datasets/00000000-0000-4000-8000-000000000000/drift').expect(404);
  });

  it('is revised and retired, after which nothing may use it', async () => {
    const registered = made(await root().post('/v1/datasets', body).expect(201));
    const path = `/v1/datasets/${registered.id}`;
    const columns = [
      { name: 'origin', label: 'From', type: 'string' },
      { name: 'delay', type: 'integer' },
    ];
    await root()
      .put(path, { ...body, columns })
      .expect(428);
    const revised = made(
      await root()
        .put(path, { ...body, columns })
        .set('If-Match', registered.etag)
        .expect(200),
    );
    const read = await anna().get(path).set('X-Wait-For', revised.position).expect(200);
    expect(read.body).toMatchObject({ columns: [{ label: 'From' }, { label: 'Delay' }], revision: 1 });
    const own = made(await anna().post('/v1/templates', lateFlights(registered.id)).expect(201));
    const retired = made(await root().post(`${path}/retire`).expect(200));
    const list = await anna().get('/v1/datasets?status=retired').set('X-Wait-For', retired.position).expect(200);
    expect(list.body).toMatchObject({ items: [{ datasetId: registered.id }] });
    await anna().post(`/v1/templates/${own.id}/run`, {}).expect(422);
    await anna().post('/v1/job-requests', { batchTypeId: 1, datasetId: registered.id }).expect(409);
    await anna().get(`${path}/drift`).expect(409);
  });
});
