import { Client } from 'pg';
import type { Response } from 'supertest';
import { dataSourceIdOf } from '#domain';
import { as, made, startApiWorld, type ApiWorld } from '../testing/api-world';

const PASSWORD = 'p&ssword that nobody may see';
const OTHER_PASSWORD = 'another password altogether';

/** Of nobody: only its form counts. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUfmtuEXwO7X1iJ0pfE815NH+TzHgwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHZXhhbXBsZTAgFw0yNjExMjYwMTQ5MTRaGA8yMTI2MTEwMjAx
NDkxNFowEjEQMA4GA1UEAwwHZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABLzOyZVhDbhE1pLAFmJ5KzPoe3qHfxdYqTviL7sLw28x4X+rRLXC/aMY2Y0q
7kjnysWMQn0CTlh88GGb6W/zjjKjUzBRMB0GA1UdDgQWBBRKdYcgSdTy3Q8N9b2H
WxKMOpJSzTAfBgNVHSMEGDAWgBRKdYcgSdTy3Q8N9b2HWxKMOpJSzTAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCICrL/kpSNZSp+Ui5c5vr6jTjPlw+
C8lxY1qYgaMMDDqKAiBQ1grPPcSmT22afgzjKoEHW6AswxTf9uIxpmD7G1MN8Q==
-----END CERTIFICATE-----`;

let world: ApiWorld;
let server: URL;

beforeAll(async () => {
  world = await startApiWorld();
  server = new URL(world.parts.settings.DATA_SOURCES.sample ?? '');
  await world.sample(`CREATE ROLE reader_${suffix()} LOGIN PASSWORD '${PASSWORD}'; GRANT SELECT ON flights TO PUBLIC`);
});
afterAll(async () => {
  await world.sample(`DROP OWNED BY reader_${suffix()}; DROP ROLE reader_${suffix()}`);
  await world.close();
});
afterEach(() => {
  const everything = JSON.stringify(world.log);
  expect(everything).not.toContain(PASSWORD);
  expect(everything).not.toContain(OTHER_PASSWORD);
});

const root = () => as(world, world.root);
const suffix = () => server.pathname.slice(6, 20);
const codeOf = ({ body }: Response) => (body as { code: string }).code;

function postgres(more: object = {}) {
  return {
    host: server.hostname,
    port: Number(server.port),
    database: server.pathname.slice(1),
    user: `reader_${suffix()}`,
    tls: { mode: 'disable' },
    ...more,
  };
}

function body(name: string, more: object = {}) {
  return { name, kind: 'postgres', postgres: postgres(), password: PASSWORD, ...more };
}

async function register(name: string, more: object = {}) {
  return made(await root().post('/v1/data-sources', body(name, more)).expect(201));
}

async function secrets(name: string): Promise<string[]> {
  const { rows } = await world.parts.pool.query<{ secret_id: string }>(
    'SELECT secret_id FROM vault.secret WHERE owner_id = $1',
    [dataSourceIdOf(name)],
  );
  return rows.map(({ secret_id }) => secret_id);
}

it('is for administrators', async () => {
  const anna = as(world, world.anna);
  await anna.get('/v1/data-sources').expect(403);
  await anna.post('/v1/data-sources', body('forbidden')).expect(403);
  await anna.post('/v1/data-sources/test', body('forbidden')).expect(403);
  await anna.get('/v1/data-sources/sample/relations').expect(403);
});

describe('a data source of the settings', () => {
  it('is listed and read, and can be tried', async () => {
    const { body: list } = await root().get('/v1/data-sources').expect(200);
    expect((list as { items: object[] }).items[0]).toEqual({
      dataSourceId: dataSourceIdOf('sample'),
      name: 'sample',
      description: null,
      origin: 'settings',
      kind: 'postgres',
      postgres: null,
      mysql: null,
      file: null,
      blackouts: [],
      hasPassword: null,
      status: 'active',
      revision: null,
      registeredBy: null,
      createdAt: null,
      updatedAt: null,
      circuit: null,
    });
    const { body: one } = await root()
      .get(`/v1/data-sources/${dataSourceIdOf('sample')}`)
      .expect(200);
    expect(one).toEqual((list as { items: object[] }).items[0]);
    const { body: test } = await root().post('/v1/data-sources/sample/test').expect(200);
    expect(test).toEqual({ ok: true, reason: null, message: 'The connection works.' });
  });

  it('cannot be changed from here', async () => {
    expect(codeOf(await root().post('/v1/data-sources', body('sample')).expect(409))).toBe('data_source.of_settings');
    const revision = { kind: 'postgres', postgres: postgres() };
    const put = root().put('/v1/data-sources/sample', revision).set('If-Match', '*');
    expect(codeOf(await put.expect(409))).toBe('data_source.of_settings');
    expect(codeOf(await root().post('/v1/data-sources/sample/retire').expect(409))).toBe('data_source.of_settings');
  });
});

describe('registering', () => {
  it('opens a data source for datasets, and shows its password nowhere', async () => {
    const sales = await register('sales', { description: 'Orders' });
    expect(sales.id).toBe(dataSourceIdOf('sales'));
    const read = await root().get('/v1/data-sources/sales').set('X-Wait-For', sales.position).expect(200);
    expect(read.headers.etag).toBe(sales.etag);
    expect(read.body).toEqual({
      dataSourceId: sales.id,
      name: 'sales',
      description: 'Orders',
      origin: 'registered',
      kind: 'postgres',
      postgres: {
        ...postgres(),
        tls: { mode: 'disable', ca: null },
        maxConnections: null,
        statementTimeoutSeconds: null,
        readReplica: null,
      },
      mysql: null,
      file: null,
      blackouts: [],
      hasPassword: true,
      status: 'active',
      revision: 0,
      registeredBy: world.root.userId,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      circuit: null,
    });
    const relations = await root().get(`/v1/data-sources/${sales.id}/relations`).expect(200);
    expect(relations.body).toEqual({ items: [{ schema: 'public', name: 'flights', kind: 'table' }] });
    const columns = await root().get('/v1/data-sources/sales/relations/public/flights').expect(200);
    expect((columns.body as { items: object[] }).items[1]).toEqual({
      name: 'delay',
      databaseType: 'integer',
      type: 'integer',
      nullable: true,
    });
    await root().get('/v1/data-sources/sales/relations/public/gone').expect(422);
    const dataset = { name: 'F', dataSource: 'sales', relation: { schema: 'public', name: 'flights' } };
    await root().post('/v1/datasets', dataset).expect(201);

    const audit = await root()
      .get(`/v1/audit?aggregateType=datasource&aggregateId=${sales.id}`)
      .set('X-Wait-For', sales.position)
      .expect(200);
    expect(audit.body).toMatchObject({ items: [{ eventType: 'DataSourceRegistered', actor: world.root.userId }] });
    const stored = await world.parts.pool.query<{ row: string }>(
      `SELECT e::text AS row FROM event_store.event e UNION ALL SELECT a::text FROM read_model.audit_trail a
       UNION ALL SELECT s::text FROM read_model.data_source s UNION ALL SELECT r::text FROM access.receipt r
       UNION ALL SELECT s::text || encode(ciphertext, 'escape') FROM vault.secret s`,
    );
    expect(stored.rows.length).toBeGreaterThan(5);
    const everything = [stored.rows, read.body, audit.body].map((part) => JSON.stringify(part)).join();
    expect(everything).not.toContain(PASSWORD);
  });

  it('takes blackouts, which a revision replaces', async () => {
    const nights = { weekdays: [1, 2, 3, 4, 5], from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' };
    const { etag, position } = await register('nightly', { blackouts: [nights] });
    const read = await root().get('/v1/data-sources/nightly').set('X-Wait-For', position).expect(200);
    expect(read.body).toMatchObject({ blackouts: [nights] });
    const revision = { kind: 'postgres', postgres: postgres() };
    const revised = made(await root().put('/v1/data-sources/nightly', revision).set('If-Match', etag).expect(200));
    const after = await root().get('/v1/data-sources/nightly').set('X-Wait-For', revised.position).expect(200);
    expect(after.body).toMatchObject({ blackouts: [] });
  });

  it.each([
    ['an unknown zone', [{ timeZone: 'Europe/Atlantis' }], '/blackouts/0/timeZone'],
    ['no weekday', [{ weekdays: [] }], '/blackouts/0/weekdays'],
    ['a weekday that is none', [{ weekdays: [8] }], '/blackouts/0/weekdays/0'],
    ['a time that is none', [{ from: '24:00' }], '/blackouts/0/from'],
    [
      'no time left in the week',
      [
        { from: '00:00', to: '12:00' },
        { from: '12:00', to: '00:00' },
      ],
      '/blackouts',
    ],
  ])('is refused for a blackout with %s', async (_what, blackouts, pointer) => {
    const whole = blackouts.map((one) => ({
      ...{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00', timeZone: 'UTC' },
      ...one,
    }));
    const answer = await root()
      .post('/v1/data-sources', body('closed', { blackouts: whole }))
      .expect(400);
    expect(codeOf(answer)).toBe('request.invalid');
    expect((answer.body as { errors: { pointer: string }[] }).errors).toMatchObject([{ pointer }]);
  });

  it('is refused for a name that is taken, and leaves no secret behind', async () => {
    await register('taken');
    const before = await secrets('taken');
    const again = await root()
      .post('/v1/data-sources', body('taken', { password: OTHER_PASSWORD }))
      .expect(409);
    expect(codeOf(again)).toBe('data_source.exists');
    expect(await secrets('taken')).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('happens once for an Idempotency-Key, and knows another body', async () => {
    const send = (more: object = {}) =>
      root().post('/v1/data-sources', body('once', more)).set('Idempotency-Key', 'register-once');
    const first = await send().expect(201);
    const second = await send().expect(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(codeOf(await send({ password: OTHER_PASSWORD }).expect(422))).toBe('idempotency.key_reused');
    expect(await secrets('once')).toHaveLength(1);
  });

  it("is refused for the product's own database", async () => {
    const own = new URL(world.parts.settings.DATABASE_URL);
    const options = postgres({ database: own.pathname.slice(1) });
    for (const path of ['/v1/data-sources', '/v1/data-sources/test']) {
      const { name, ...rest } = body('own', { postgres: options });
      const response = await root()
        .post(path, path.endsWith('test') ? rest : { name, ...rest })
        .expect(422);
      expect(codeOf(response)).toBe('data_source.own_database');
    }
  });

  it.each([
    ['/name', { name: 'Sales' }],
    ['/name', { name: 'a0000000-0000-4000-8000-000000000001' }],
    ['/postgres/host', { postgres: postgres0({ host: '/var/run/postgresql' }) }],
    ['/postgres/host', { postgres: postgres0({ host: 'a b' }) }],
    ['/postgres/port', { postgres: postgres0({ port: 65_536 }) }],
    ['/postgres/tls/mode', { postgres: postgres0({ tls: { mode: 'prefer' } }) }],
    ['/postgres/tls/ca', { postgres: postgres0({ tls: { mode: 'verify-full', ca: 'nonsense' } }) }],
    ['/postgres/tls/ca', { postgres: postgres0({ tls: { mode: 'require', ca: CERTIFICATE } }) }],
    ['/postgres/maxConnections', { postgres: postgres0({ maxConnections: 0 }) }],
    ['/postgres/password', { postgres: postgres0({ password: 'x' }) }],
    ['/kind', { kind: 'oracle' }],
  ])('points at a mistake in %s', async (pointer, more) => {
    const response = await root()
      .post('/v1/data-sources', { ...body('mistaken'), ...more })
      .expect(400);
    expect((response.body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer)).toEqual([
      pointer,
    ]);
  });

  it('needs a key for a password, and says which setting is missing', async () => {
    const bare = await startApiWorld({ ENCRYPTION_KEY: undefined });
    try {
      const refused = await as(bare, bare.root).post('/v1/data-sources', body('sales')).expect(409);
      expect(refused.body).toMatchObject({ code: 'data_source.encryption_key_missing' });
      expect((refused.body as { detail: string }).detail).toContain('ENCRYPTION_KEY');
      await as(bare, bare.root)
        .post('/v1/data-sources', body('sales', { password: null }))
        .expect(201);
    } finally {
      await bare.close();
    }
  });
});

function postgres0(more: object) {
  return { host: 'db', database: 'sales', user: 'reader', ...more };
}

describe('revising', () => {
  const revision = (more: object = {}) => ({ kind: 'postgres', postgres: postgres(), ...more });

  it('needs the revision that was read', async () => {
    const { etag } = await register('guarded');
    const send = () => root().put('/v1/data-sources/guarded', revision({ description: 'x' }));
    await send().expect(428);
    await send().set('If-Match', '"7"').expect(412);
    await send().set('If-Match', etag).expect(200);
    await send().set('If-Match', etag).expect(412);
  });

  it('keeps, replaces and removes the password', async () => {
    await register('kept');
    const put = (more: object) => root().put('/v1/data-sources/kept', revision(more)).set('If-Match', '*');
    const [first] = await secrets('kept');
    await put({ description: 'kept' }).expect(200);
    expect(await secrets('kept')).toEqual([first]);
    await put({ password: OTHER_PASSWORD }).expect(200);
    const [second, ...others] = await secrets('kept');
    expect(second).not.toBe(first);
    expect(others).toEqual([]);
    await put({ password: null }).expect(200);
    expect(await secrets('kept')).toEqual([]);
  });

  it('asks for the password again when it would go elsewhere', async () => {
    const { etag } = await register('elsewhere');
    const send = (more: object) => root().put('/v1/data-sources/elsewhere', more).set('If-Match', etag);
    const moved = { postgres: postgres({ host: '127.0.0.2' }) };
    const refused = await send(revision(moved)).expect(422);
    expect(codeOf(refused)).toBe('data_source.password_needed');
    await send(revision({ ...moved, password: PASSWORD })).expect(200);
  });

  it('counts from the next query on: a wrong password, then the right one', async () => {
    const wrong = await register('corrected', { password: OTHER_PASSWORD });
    const relations = (position: string) =>
      root().get('/v1/data-sources/corrected/relations').set('X-Wait-For', position);
    expect(codeOf(await relations(wrong.position).expect(422))).toBe('data_source.permission_denied');
    const right = made(
      await root()
        .put('/v1/data-sources/corrected', revision({ password: PASSWORD }))
        .set('If-Match', wrong.etag)
        .expect(200),
    );
    await relations(right.position).expect(200);
  });

  it('is refused for what is not there', async () => {
    expect(codeOf(await root().put('/v1/data-sources/nothing', revision()).set('If-Match', '*').expect(404))).toBe(
      'data_source.missing',
    );
  });
});

describe('retiring', () => {
  it('closes it, forgets the password and frees the name', async () => {
    await register('short-lived');
    const gone = made(await root().post('/v1/data-sources/short-lived/retire').expect(200));
    expect(await secrets('short-lived')).toEqual([]);
    const read = await root().get('/v1/data-sources/short-lived').set('X-Wait-For', gone.position).expect(200);
    expect(read.body).toMatchObject({ status: 'retired', hasPassword: false });
    await root().get('/v1/data-sources/short-lived/relations').expect(404);
    await root().post('/v1/data-sources/short-lived/test').expect(404);
    const revision = { kind: 'postgres', postgres: postgres() };
    await root().put('/v1/data-sources/short-lived', revision).set('If-Match', '*').expect(409);
    const again = await register('short-lived');
    expect(again.id).toBe(gone.id);
    await root().get('/v1/data-sources/short-lived/relations').set('X-Wait-For', again.position).expect(200);
  });

  it('is refused for what is not there', async () => {
    await root().post('/v1/data-sources/nothing/retire').expect(404);
    await root().get('/v1/data-sources/nothing').expect(404);
  });
});

it('lists by name, filtered', async () => {
  await register('zz-one');
  const last = made(await root().post('/v1/data-sources/zz-one/retire').expect(200));
  const names = async (query: string) => {
    const { body: list } = await root().get(`/v1/data-sources${query}`).set('X-Wait-For', last.position).expect(200);
    return (list as { items: { name: string }[] }).items.map(({ name }) => name);
  };
  expect(await names('?search=ZZ-')).toEqual(['zz-one']);
  expect(await names('?search=amp')).toEqual(['sample']);
  expect(await names('?status=active&search=zz')).toEqual([]);
  expect((await names('?limit=1'))[0]).toBe('sample');
});

describe('a test of a connection', () => {
  const test = async (more: object, password: string | null = PASSWORD) => {
    const input = { kind: 'postgres', postgres: postgres(more), password };
    return (await root().post('/v1/data-sources/test', input).expect(200)).body as { ok: boolean; reason: string };
  };

  it('says what works and what fails, before anything is saved', async () => {
    expect(await test({})).toMatchObject({ ok: true, reason: null });
    expect(await test({ host: 'no-such-host.invalid' })).toMatchObject({ ok: false, reason: 'host_not_found' });
    expect(await test({ port: 1 })).toMatchObject({ reason: 'refused' });
    expect(await test({}, OTHER_PASSWORD)).toMatchObject({ reason: 'sign_in' });
    expect(await test({}, null)).toMatchObject({ reason: 'sign_in' });
    expect(await test({ database: 'no_such_database' })).toMatchObject({ reason: 'database_missing' });
    expect(await test({ tls: { mode: 'require' } })).toMatchObject({ reason: 'tls' });
    const replica = await test({ readReplica: { host: server.hostname, port: 1 } });
    expect(replica).toMatchObject({
      ok: false,
      reason: 'refused',
      message: expect.stringMatching(/^The read replica: /),
    });
  });

  it('goes by what is saved', async () => {
    await register('tried');
    await root()
      .post('/v1/data-sources/tried/test')
      .expect(200, { ok: true, reason: null, message: 'The connection works.' });
    const { body: failed } = await root()
      .post(`/v1/data-sources/${(await register('tried-in-vain', { password: OTHER_PASSWORD })).id}/test`)
      .expect(200);
    expect(failed).toMatchObject({ ok: false, reason: 'sign_in' });
  });
});

it('keeps passwords from being moved between data sources in the database', async () => {
  const thief = await register('thief', { password: OTHER_PASSWORD });
  await register('victim');
  const client = new Client({ connectionString: world.parts.settings.DATABASE_URL });
  await client.connect();
  await client.query(
    `UPDATE vault.secret t SET key_id = v.key_id, nonce = v.nonce, ciphertext = v.ciphertext FROM vault.secret v
     WHERE t.owner_id = $1 AND v.owner_id = $2`,
    [thief.id, dataSourceIdOf('victim')],
  );
  await client.end();
  expect(codeOf(await root().post('/v1/data-sources/thief/test').expect(409))).toBe('data_source.secret_unreadable');
});
