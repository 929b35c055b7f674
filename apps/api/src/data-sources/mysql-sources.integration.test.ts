import type { Response } from 'supertest';
import { dataSourceIdOf } from '#domain';
import { hasMariaDb, startMariaDb, type MariaDbServer } from '../../../../test/mariadb/server';
import { as, made, startApiWorld, type ApiWorld } from '../testing/api-world';

const PASSWORD = 'p&ssword that nobody may see';
const OTHER_PASSWORD = 'another password altogether';
const WORKS = { ok: true, reason: null, message: 'The connection works.' };

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB DID NOT RUN THE TESTS OF THE API: mariadbd is not in the PATH.\n');

(isInstalled ? describe : describe.skip)('a data source of MariaDB', () => {
  let world: ApiWorld;
  let server: MariaDbServer;

  beforeAll(async () => {
    world = await startApiWorld();
    server = await startMariaDb();
    await server.execute(`
      CREATE DATABASE shop CHARACTER SET utf8mb4;
      CREATE TABLE shop.orders (
        id int PRIMARY KEY, region varchar(20), total decimal(10, 2), placed_at datetime, express tinyint(1));
      INSERT INTO shop.orders VALUES
        (1, 'north', 19.90, '2026-07-01 12:00:00', 1), (2, 'south', 5.00, '2026-07-02 08:30:00', 0),
        (3, 'north', 120.50, '2026-10-25 02:30:00', NULL), (4, NULL, NULL, NULL, NULL), (5, '"west", =1+1', 7.25, NULL, 1);
      CREATE VIEW shop.regions AS SELECT DISTINCT region FROM shop.orders;
      CREATE USER reader@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';
      GRANT SELECT ON shop.* TO reader@'127.0.0.1';`);
  });
  afterAll(async () => {
    await world.close();
    await server.close();
  });
  afterEach(() => {
    const everything = JSON.stringify(world.log);
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain(OTHER_PASSWORD);
  });

  const root = () => as(world, world.root);
  const anna = () => as(world, world.anna);
  const codeOf = ({ body }: Response) => (body as { code: string }).code;
  const mysql = (more: object = {}) => ({
    ...{ host: '127.0.0.1', port: server.address.port, database: 'shop', user: 'reader' },
    tls: { mode: 'disable' },
    ...more,
  });
  const body = (more: object = {}) => ({ kind: 'mysql', mysql: mysql(), password: PASSWORD, ...more });
  const register = async (name: string, more: object = {}) =>
    made(
      await root()
        .post('/v1/data-sources', { name, ...body(more) })
        .expect(201),
    );
  const registerOrders = async (dataSource: string, more: object = {}) =>
    made(
      await root()
        .post('/v1/datasets', { name: 'Orders', dataSource, relation: { schema: 'shop', name: 'orders' }, ...more })
        .expect(201),
    );

  it('is for administrators', async () => {
    await anna()
      .post('/v1/data-sources', { name: 'forbidden', ...body() })
      .expect(403);
    await anna().post('/v1/data-sources/test', body()).expect(403);
  });

  it('is registered, and shows its password nowhere', async () => {
    const source = await register('shop', { description: 'Orders', mysql: mysql({ maxConnections: 3 }) });
    expect(source.id).toBe(dataSourceIdOf('shop'));
    const read = await root().get('/v1/data-sources/shop').set('X-Wait-For', source.position).expect(200);
    expect(read.body).toMatchObject({
      kind: 'mysql',
      postgres: null,
      mysql: {
        ...mysql(),
        tls: { mode: 'disable', ca: null },
        maxConnections: 3,
        statementTimeoutSeconds: null,
      },
      file: null,
      hasPassword: true,
    });
    const audit = await root()
      .get(`/v1/audit?aggregateType=datasource&aggregateId=${source.id}`)
      .set('X-Wait-For', source.position)
      .expect(200);
    const stored = await world.parts.pool.query<{ row: string }>(
      `SELECT e::text AS row FROM event_store.event e UNION ALL SELECT s::text FROM read_model.data_source s
       UNION ALL SELECT r::text FROM access.receipt r
       UNION ALL SELECT s::text || encode(ciphertext, 'escape') FROM vault.secret s`,
    );
    expect(stored.rows.length).toBeGreaterThan(3);
    const everything = [stored.rows, read.body, audit.body].map((part) => JSON.stringify(part)).join();
    expect(everything).not.toContain(PASSWORD);
  });

  it('has a port, TLS and limits when nothing is said of them', async () => {
    const { id, position } = await register('short', { mysql: { host: 'db', database: 'shop', user: 'reader' } });
    const read = await root().get(`/v1/data-sources/${id}`).set('X-Wait-For', position).expect(200);
    expect(read.body).toMatchObject({
      mysql: {
        ...{ host: 'db', port: 3306, database: 'shop', user: 'reader', tls: { mode: 'verify-full', ca: null } },
        ...{ maxConnections: null, statementTimeoutSeconds: null },
      },
    });
  });

  it('is tried before it is saved, and as it is saved', async () => {
    const test = async (more: object, password: string | null = PASSWORD) =>
      (
        await root()
          .post('/v1/data-sources/test', body({ mysql: mysql(more), password }))
          .expect(200)
      ).body as object;
    expect(await test({})).toEqual(WORKS);
    expect(await test({ port: 1 })).toMatchObject({ ok: false, reason: 'refused' });
    expect(await test({}, OTHER_PASSWORD)).toMatchObject({ ok: false, reason: 'sign_in' });
    expect(await test({}, null)).toMatchObject({ ok: false, reason: 'sign_in' });
    expect(await test({ database: 'mysql' })).toMatchObject({ ok: false, reason: 'sign_in' });
    const name = { host: 'localhost', tls: { mode: 'verify-full', ca: null } };
    expect(await test(name)).toMatchObject({ ok: false, reason: 'tls' });
    await register('tried');
    await root().post('/v1/data-sources/tried/test').expect(200, WORKS);
  });

  it('tells its tables, views and columns', async () => {
    const { position } = await register('browsed');
    const relations = await root().get('/v1/data-sources/browsed/relations').set('X-Wait-For', position).expect(200);
    expect(relations.body).toEqual({
      items: [
        { schema: 'shop', name: 'orders', kind: 'table' },
        { schema: 'shop', name: 'regions', kind: 'view' },
      ],
    });
    const columns = await root().get('/v1/data-sources/browsed/relations/shop/orders').expect(200);
    expect(columns.body).toEqual({
      items: [
        { name: 'id', databaseType: 'int(11)', type: 'integer', nullable: false },
        { name: 'region', databaseType: 'varchar(20)', type: 'string', nullable: true },
        { name: 'total', databaseType: 'decimal(10,2)', type: 'decimal', nullable: true },
        { name: 'placed_at', databaseType: 'datetime', type: 'timestamp', nullable: true },
        { name: 'express', databaseType: 'tinyint(1)', type: 'boolean', nullable: true },
      ],
    });
    const gone = await root().get('/v1/data-sources/browsed/relations/shop/gone').expect(422);
    expect(codeOf(gone)).toBe('data_source.relation_missing');
    const foreign = await root().get('/v1/data-sources/browsed/relations/mysql/user').expect(422);
    expect(codeOf(foreign)).toBe('data_source.relation_missing');
  });

  it('may have names as long as MySQL allows', async () => {
    const [database, column] = ['d'.repeat(64), 'c'.repeat(64)];
    await server.execute(`
      CREATE DATABASE ${database}; CREATE TABLE ${database}.t (${column} int); INSERT INTO ${database}.t VALUES (7);
      GRANT SELECT ON ${database}.* TO reader@'127.0.0.1';`);
    await register('long', { mysql: mysql({ database }) });
    await root().get(`/v1/data-sources/long/relations/${database}/t`).expect(200);
    const columns = [{ name: column, label: 'Long', type: 'integer' }];
    const { id: datasetId } = await registerOrders('long', { relation: { schema: database, name: 't' }, columns });
    const definition = { datasetId, columns: [{ column }] };
    const preview = await anna().post('/v1/templates/preview', { definition }).expect(200);
    expect(preview.body).toMatchObject({ rows: [['7']] });
  });

  it('is a dataset that templates filter, sort, group and format', async () => {
    await register('reported');
    const { id: datasetId } = await registerOrders('reported');
    const preview = async (definition: object) =>
      (
        await anna()
          .post('/v1/templates/preview', { definition: { datasetId, ...definition }, timeZone: 'Europe/Berlin' })
          .expect(200)
      ).body as { rows: unknown };
    const columns = [
      { column: 'id' },
      { column: 'region' },
      { column: 'total', format: '#,##0.00' },
      { column: 'placed_at', header: 'Placed', format: 'dd.MM.yyyy HH:mm' },
      { column: 'express' },
    ];
    const filter = { type: 'condition', column: 'total', operator: 'gt', value: 6 };
    const sort = [{ header: 'Total', direction: 'descending' }];
    expect((await preview({ columns, filter, sort })).rows).toEqual([
      ['3', 'north', '120.50', '25.10.2026 02:30', null],
      ['1', 'north', '19.90', '01.07.2026 12:00', 'true'],
      ['5', '"west", =1+1', '7.25', null, 'true'],
    ]);
    const grouped = [{ column: 'region' }, { column: 'total', header: 'Sum', aggregate: 'sum' }];
    const byRegion = [{ header: 'Region', direction: 'ascending' }];
    expect((await preview({ columns: grouped, groupBy: ['region'], sort: byRegion })).rows).toEqual([
      ['"west", =1+1', '7.25'],
      ['north', '140.40'],
      ['south', '5.00'],
      [null, null],
    ]);
    const injected = { type: 'condition', column: 'region', operator: 'eq', value: "north' OR '1' = '1" };
    expect((await preview({ columns: [{ column: 'id' }], filter: injected })).rows).toEqual([]);
    const query = { name: 'Q', dataSource: 'reported', query: 'SELECT 1 AS a' };
    const refused = await root().post('/v1/datasets', query).expect(422);
    expect(refused.body).toMatchObject({ code: 'data_source.query_unsupported', errors: [{ pointer: '/query' }] });
  });

  it('refuses in a sentence what it cannot do, and a value that no report could tell', async () => {
    await server.execute(
      "SET sql_mode = ''; CREATE TABLE shop.zero (day date); INSERT INTO shop.zero VALUES ('0000-00-00')",
    );
    await register('limited');
    const { id: orders } = await registerOrders('limited');
    const { id: zero } = await registerOrders('limited', { name: 'Zero', relation: { schema: 'shop', name: 'zero' } });
    const refusal = async (datasetId: string, column: object) => {
      const definition = { datasetId, columns: [column] };
      return (await anna().post('/v1/templates/preview', { definition }).expect(422)).body as object;
    };
    expect(await refusal(orders, { expression: 'round([total], [id])' })).toMatchObject({
      code: 'data_source.unsupported',
      detail: expect.stringMatching(/digits/),
    });
    expect(await refusal(zero, { column: 'day' })).toMatchObject({
      code: 'data_source.value_invalid',
      detail: expect.stringMatching(/zero date/),
    });
  });

  it('tells what has changed in a table since', async () => {
    await server.execute('CREATE TABLE shop.drifting (id int, name varchar(9), size int)');
    await register('changed');
    const { id } = await registerOrders('changed', { relation: { schema: 'shop', name: 'drifting' } });
    const drift = async () => (await anna().get(`/v1/datasets/${id}/drift`).expect(200)).body as object;
    expect(await drift()).toEqual({ drifted: false, items: [] });
    await server.execute('ALTER TABLE shop.drifting DROP name, MODIFY size varchar(9), ADD extra int');
    expect(await drift()).toMatchObject({
      drifted: true,
      items: [
        { code: 'dataset.column_missing' },
        { code: 'dataset.column_type_changed' },
        { code: 'dataset.column_undeclared' },
      ],
    });
    await server.execute('DROP TABLE shop.drifting');
    expect(await drift()).toMatchObject({ drifted: true, items: [{ code: 'dataset.relation_missing' }] });
  });

  it('has a new password from the next query on, and asks for the old one when it would go elsewhere', async () => {
    const wrong = await register('corrected', { password: OTHER_PASSWORD });
    const relations = (position: string) =>
      root().get('/v1/data-sources/corrected/relations').set('X-Wait-For', position);
    expect(codeOf(await relations(wrong.position).expect(422))).toBe('data_source.permission_denied');
    const put = (etag: string, more: object) =>
      root()
        .put('/v1/data-sources/corrected', { kind: 'mysql', mysql: mysql(), ...more })
        .set('If-Match', etag);
    const right = made(await put(wrong.etag, { password: PASSWORD }).expect(200));
    await relations(right.position).expect(200);
    const kept = made(await put(right.etag, { description: 'kept' }).expect(200));
    await relations(kept.position).expect(200);
    const elsewhere = await put(kept.etag, { mysql: mysql({ host: 'localhost' }) }).expect(422);
    expect(codeOf(elsewhere)).toBe('data_source.password_needed');
    const other = await root()
      .put('/v1/data-sources/corrected', { kind: 'file', file: { folder: '' } })
      .set('If-Match', kept.etag)
      .expect(409);
    expect(codeOf(other)).toBe('data_source.files_disabled');
    const postgres = { host: 'db', database: 'shop', user: 'reader' };
    const changed = await root()
      .put('/v1/data-sources/corrected', { kind: 'postgres', postgres, password: PASSWORD })
      .set('If-Match', kept.etag)
      .expect(422);
    expect(codeOf(changed)).toBe('data_source.kind_fixed');
  });

  it('is closed when it is retired, and its datasets say so', async () => {
    await register('short-lived');
    const { id: datasetId } = await registerOrders('short-lived');
    const gone = made(await root().post('/v1/data-sources/short-lived/retire').expect(200));
    await root().get('/v1/data-sources/short-lived/relations').set('X-Wait-For', gone.position).expect(404);
    await root().post('/v1/data-sources/short-lived/test').expect(404);
    const preview = await anna()
      .post('/v1/templates/preview', { definition: { datasetId, columns: [{ column: 'id' }] } })
      .expect(422);
    expect(preview.body).toMatchObject({ errors: [{ code: 'dataset.unreachable' }] });
    const { rows } = await world.parts.pool.query('SELECT FROM vault.secret WHERE owner_id = $1', [gone.id]);
    expect(rows).toEqual([]);
  });

  it.each([
    ['/mysql/host', { host: '/run/mysqld/mysqld.sock' }],
    ['/mysql/host', { host: '10.0.0.1', tls: { mode: 'verify-full' } }],
    ['/mysql/host', { host: '::1', tls: { mode: 'verify-full' } }],
    ['/mysql/port', { port: 0 }],
    ['/mysql/database', { database: '' }],
    ['/mysql/user', { user: 'x'.repeat(129) }],
    ['/mysql/tls/mode', { tls: { mode: 'PREFERRED' } }],
    ['/mysql/tls/ca', { tls: { mode: 'verify-full', ca: 'nonsense' }, host: 'db' }],
    ['/mysql/maxConnections', { maxConnections: 501 }],
    ['/mysql/statementTimeoutSeconds', { statementTimeoutSeconds: 0.5 }],
    ['/mysql/readReplica', { readReplica: { host: 'db' } }],
    ['/mysql/password', { password: 'x' }],
  ])('points at a mistake in %s', async (pointer, more) => {
    const [test, { name, ...rest }] = ['/v1/data-sources/test', { name: 'mistaken', ...body({ mysql: mysql(more) }) }];
    for (const response of [await root().post('/v1/data-sources', { name, ...rest }), await root().post(test, rest)]) {
      expect(response.status).toBe(400);
      expect((response.body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer)).toEqual([
        pointer,
      ]);
    }
  });
});
