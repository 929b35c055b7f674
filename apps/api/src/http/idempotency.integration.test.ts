import { PostgresEventStore } from '#event-store';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

let world: ApiWorld;
let dataset: Made;
let keys = 0;

beforeAll(async () => {
  world = await startApiWorld();
  dataset = await registerFlights(world);
});
afterAll(() => world.close());

const anna = () => as(world, world.anna);
const newKey = () => `key-${(keys += 1)}`;
const create = (key: string, more: object = {}) =>
  anna().post('/v1/templates', lateFlights(dataset.id, more)).set('Idempotency-Key', key);
const eventsOf = (stream: string) => world.parts.eventStore.readStream(stream);

describe('an idempotency key', () => {
  it('gives the same answer again and does it once', async () => {
    const key = newKey();
    const first = await create(key).expect(201);
    const second = await create(key).expect(201);
    expect(second.body).toEqual(first.body);
    for (const header of ['etag', 'location', 'x-stream-position']) {
      expect(second.headers[header]).toBe(first.headers[header]);
    }
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(await eventsOf(`template-${made(first).id}`)).toHaveLength(1);
  });

  it('gives requests at the same moment one effect and one answer', async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => made(answer).id)).size).toBe(1);
    const id = made(answers[0]!).id;
    expect(await eventsOf(`template-${id}`)).toHaveLength(1);
  });

  it('refuses another body, also at the same moment, and the order of fields makes no other', async () => {
    const key = newKey();
    const [one, other] = await Promise.all([create(key), create(key, { name: 'Another' })]);
    expect([one.status, other.status].sort()).toEqual([201, 422]);
    const refused = one.status === 422 ? one : other;
    expect(refused.body).toMatchObject({ code: 'idempotency.key_reused' });
    const again = newKey();
    await create(again, { name: 'a', description: 'b' }).expect(201);
    const { tags, definition } = lateFlights(dataset.id) as { tags: string[]; definition: object };
    await anna()
      .post('/v1/templates', { description: 'b', definition, tags, name: 'a' })
      .set('Idempotency-Key', again)
      .expect(201);
  });

  it('is another one for another person and for another route', async () => {
    const key = newKey();
    const mine = made(await create(key).expect(201));
    const bens = made(
      await as(world, world.ben).post('/v1/templates', lateFlights(dataset.id)).set('Idempotency-Key', key).expect(201),
    );
    expect(bens.id).not.toBe(mine.id);
    await anna().post(`/v1/templates/${mine.id}/archive`).set('Idempotency-Key', key).expect(200);
    await anna().post(`/v1/templates/${mine.id}/restore`).set('Idempotency-Key', key).expect(200);
    expect(await eventsOf(`template-${mine.id}`)).toHaveLength(3);
  });

  it('finds what was stored although the answer was never kept', async () => {
    const key = newKey();
    const first = made(await create(key).expect(201));
    await world.parts.pool.query('UPDATE access.receipt SET status = NULL, body = NULL, headers = NULL');
    const again = await create(key).expect(201);
    expect(made(again)).toEqual(first);
    await world.parts.pool.query('DELETE FROM access.receipt');
    expect(made(await create(key).expect(201))).toEqual(first);
    expect(await eventsOf(`template-${first.id}`)).toHaveLength(1);
  });

  it('finds the job that a broken connection left requested', async () => {
    const template = made(await create(newKey()).expect(201));
    const key = newKey();
    const run = () => anna().post(`/v1/templates/${template.id}/run`, {}).set('Idempotency-Key', key);
    // The append succeeds and its answer is lost.
    const append = jest.spyOn(PostgresEventStore.prototype, 'append').mockImplementationOnce(async function (
      this: PostgresEventStore,
      given,
    ) {
      await this.appendMany([given]);
      throw new Error('connection lost');
    });
    expect((await run()).status).toBe(500);
    append.mockRestore();
    const job = made(await run().expect(202));
    expect((await eventsOf(`job-${job.id}`)).map(({ type }) => type)).toEqual(['JobRequested']);
  });

  it('is free again after a refusal, which changed nothing', async () => {
    const key = newKey();
    await create(key, { definition: { datasetId: dataset.id, columns: [] } }).expect(422);
    await create(key).expect(201);
  });

  it('adds a user once', async () => {
    const key = newKey();
    const body = { username: `user-${key}`, displayName: 'Somebody', password: 'long enough a password' };
    const add = () => as(world, world.root).post('/v1/users', body).set('Idempotency-Key', key).expect(201);
    const first = await add();
    expect((await add()).body).toEqual(first.body);
    const { rows } = await world.parts.pool.query('SELECT body::text FROM access.receipt');
    expect(JSON.stringify(rows)).not.toContain(body.password);
  });
});

describe('If-Match', () => {
  const put = (id: string, name: string) => anna().put(`/v1/templates/${id}`, lateFlights(dataset.id, { name }));

  it('is needed to revise, and must name the revision that stands', async () => {
    const template = made(await create(newKey()).expect(201));
    const missing = await put(template.id, 'one').expect(428);
    expect(missing.body).toMatchObject({ code: 'precondition.required' });
    const revised = await put(template.id, 'one').set('If-Match', template.etag).expect(200);
    expect(revised.headers.etag).toBe('"1"');
    const stale = await put(template.id, 'two').set('If-Match', template.etag).expect(412);
    expect(stale.body).toMatchObject({ code: 'precondition.failed' });
    expect(stale.headers.etag).toBe('"1"');
    await put(template.id, 'two').set('If-Match', 'W/"1"').expect(412);
    await put(template.id, 'two').set('If-Match', '"somebody,else"').expect(412);
    await put(template.id, 'two').set('If-Match', '"7", "1"').expect(200);
    await put(template.id, 'three').set('If-Match', '*').expect(200);
    expect(await eventsOf(`template-${template.id}`)).toHaveLength(4);
  });

  it('lets one of two revisions at the same moment win', async () => {
    const template = made(await create(newKey()).expect(201));
    const answers = await Promise.all(
      ['one', 'two', 'three'].map((name) => put(template.id, name).set('If-Match', template.etag)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it('is honoured by the other verbs', async () => {
    const template = made(await create(newKey()).expect(201));
    await anna().post(`/v1/templates/${template.id}/archive`).set('If-Match', '"9"').expect(412);
    await anna().post(`/v1/templates/${template.id}/archive`).set('If-Match', template.etag).expect(200);
    await put(template.id, 'x').set('If-Match', '*').expect(409);
  });

  it('tells strangers nothing about revisions', async () => {
    const template = made(await create(newKey()).expect(201));
    const response = await as(world, world.ben)
      .put(`/v1/templates/${template.id}`, lateFlights(dataset.id))
      .set('If-Match', '"9"')
      .expect(404);
    expect(response.headers.etag).toBeUndefined();
  });
});

describe('reading', () => {
  it('gives 304 to those who have just that revision', async () => {
    const template = made(await create(newKey()).expect(201));
    const path = `/v1/templates/${template.id}`;
    const fresh = await anna().get(path).set('If-None-Match', template.etag).expect(304);
    expect(fresh.text).toBe('');
    await anna().get(path).set('If-None-Match', 'W/"0"').expect(304);
    await anna().get(path).set('If-None-Match', '"1"').expect(200);
    await as(world, world.ben).get(path).set('If-None-Match', '*').expect(404);
  });

  it("shows one's own writes on lists at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const template = made(await create(newKey()).expect(201));
      const list = await anna().get('/v1/templates?limit=1').set('X-Wait-For', template.position).expect(200);
      expect(list.body).toMatchObject({ items: [{ templateId: template.id }] });
    }
  });

  it('shows what was just made by its id, without being asked to wait', async () => {
    const template = made(await create(newKey()).expect(201));
    await anna().get(`/v1/templates/${template.id}`).expect(200);
    const run = made(await anna().post(`/v1/templates/${template.id}/run`, {}).expect(202));
    await anna().get(`/v1/job-requests/${run.id}`).expect(200);
  });

  it('tells when to come back if a position is not reached', async () => {
    const reached = jest.spyOn(world.parts.progress, 'reached').mockResolvedValueOnce(false);
    const response = await anna().get('/v1/templates').set('X-Wait-For', `template-${dataset.id}@999999`).expect(503);
    expect(reached).toHaveBeenCalledWith('read-models', 'store', 999999n, 5000);
    reached.mockRestore();
    expect(response.body).toMatchObject({ code: 'read_model.behind' });
    expect(response.headers['retry-after']).toBe('1');
  });

  it('goes through a list page by page', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await anna().get(`/v1/templates?limit=3${query}`).expect(200);
      const page = body as { items: { templateId: string }[]; nextCursor: string | null };
      seen.push(...page.items.map(({ templateId }) => templateId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const { body } = await anna().get('/v1/templates?limit=200').expect(200);
    expect(seen).toEqual((body as { items: { templateId: string }[] }).items.map(({ templateId }) => templateId));
    expect(seen.length).toBeGreaterThan(6);
  });
});
