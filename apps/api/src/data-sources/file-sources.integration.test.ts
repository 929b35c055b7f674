import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { as, made, startApiWorld, type ApiWorld } from '../testing/api-world';

const FLIGHTS = `origin,delay,departed_at,fare
AP1,20,2026-07-01 12:00:00+00,1234.5
AP2,5,2026-07-01 13:00:00+00,99.25
"=AP3",90,2026-10-25 00:30:00+00,1.005
"AP ""4""",,,
`;

let world: ApiWorld;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'report-scheduler-api-files-'));
  mkdirSync(join(folder, 'monthly'));
  writeFileSync(join(folder, 'monthly/flights.csv'), FLIGHTS);
  world = await startApiWorld({ FILE_SOURCES_DIR: folder });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const root = () => as(world, world.root);
const anna = () => as(world, world.anna);
const files = (path: string) => ({ kind: 'file', file: { folder: path } });

it('is tried, registered and read like any other data source', async () => {
  const works = { ok: true, reason: null, message: 'The connection works.' };
  await root().post('/v1/data-sources/test', files('monthly')).expect(200, works);
  const failed = await root().post('/v1/data-sources/test', files('yearly')).expect(200);
  expect(failed.body).toMatchObject({ ok: false, reason: 'folder_missing' });

  const source = made(
    await root()
      .post('/v1/data-sources', { name: 'files', ...files('monthly') })
      .expect(201),
  );
  await root().post('/v1/data-sources/files/test').expect(200, works);
  const read = await root().get('/v1/data-sources/files').set('X-Wait-For', source.position).expect(200);
  expect(read.body).toMatchObject({ kind: 'file', file: { folder: 'monthly' }, postgres: null, hasPassword: false });
  const relations = await root().get('/v1/data-sources/files/relations').expect(200);
  expect(relations.body).toEqual({ items: [{ schema: 'files', name: 'flights.csv', kind: 'table' }] });
  const columns = await root().get('/v1/data-sources/files/relations/files/flights.csv').expect(200);
  expect((columns.body as { items: { type: string }[] }).items.map(({ type }) => type)).toEqual([
    'string',
    'integer',
    'timestamp',
    'decimal',
  ]);
});

it('is a dataset that templates group, filter, sort and format', async () => {
  const relation = { schema: 'files', name: 'flights.csv' };
  await root()
    .post('/v1/data-sources', { name: 'reported', ...files('monthly') })
    .expect(201);
  const { id: datasetId } = made(
    await root().post('/v1/datasets', { name: 'F', dataSource: 'reported', relation }).expect(201),
  );
  const refused = await root()
    .post('/v1/datasets', { name: 'Q', dataSource: 'reported', query: 'SELECT 1 AS a' })
    .expect(422);
  expect(refused.body).toMatchObject({ code: 'data_source.query_unsupported', errors: [{ pointer: '/query' }] });
  const preview = async (definition: object, timeZone = 'Europe/Berlin') =>
    (
      await anna()
        .post('/v1/templates/preview', { definition: { datasetId, ...definition }, timeZone })
        .expect(200)
    ).body as { rows: unknown };
  const columns = [
    { column: 'origin' },
    { column: 'departed_at', header: 'Day', dataType: 'date', format: 'dd.MM.yyyy' },
    { column: 'departed_at', header: 'Hour', dataType: 'time', format: 'HH:mm' },
    { column: 'departed_at', header: 'At' },
    { column: 'fare', format: '#,##0.00' },
  ];
  const sort = [{ header: 'At', direction: 'descending' }];
  expect((await preview({ columns, sort })).rows).toEqual([
    ['=AP3', '25.10.2026', '02:30', '2026-10-25 02:30:00', '1.01'],
    ['AP2', '01.07.2026', '15:00', '2026-07-01 15:00:00', '99.25'],
    ['AP1', '01.07.2026', '14:00', '2026-07-01 14:00:00', '1,234.50'],
    ['AP "4"', null, null, null, null],
  ]);
  const filter = { type: 'condition', column: 'departed_at', operator: 'gt', value: '2026-07-01T12:30:00Z' };
  const aggregated = [
    { column: null, header: 'Rows', aggregate: 'count' },
    { column: 'delay', aggregate: 'sum' },
  ];
  expect((await preview({ columns: aggregated, groupBy: [], filter })).rows).toEqual([['2', '95']]);
  const contains = { type: 'condition', column: 'origin', operator: 'contains', value: '"4' };
  expect((await preview({ columns: [{ column: 'origin' }], filter: contains })).rows).toEqual([['AP "4"']]);
  const german = [
    { column: 'departed_at', header: 'At', format: 'EEE d. MMMM yy HH:mm' },
    { column: 'fare', dataType: 'currency', format: '#,##0.00 ¤EUR' },
    { column: 'fare', header: 'Share', dataType: 'percent', format: '0.0 %' },
  ];
  expect((await preview({ columns: german, locale: 'de', filter, sort })).rows).toEqual([
    ['So 25. Oktober 26 02:30', '1,01 €', '100,5 %'],
    ['Mi 1. Juli 26 15:00', '99,25 €', '9925,0 %'],
  ]);
  const drift = await anna().get(`/v1/datasets/${datasetId}/drift`).expect(200);
  expect(drift.body).toEqual({ drifted: false, items: [] });
});

it.each(['/etc', '..', 'a/../..', 'a//b', '.hidden', 'a*', 'a\\b'])('is refused for the folder %j', async (path) => {
  const response = await root()
    .post('/v1/data-sources', { name: 'outside', ...files(path) })
    .expect(400);
  expect((response.body as { errors: { pointer: string }[] }).errors[0]?.pointer).toBe('/file/folder');
});

it('has no password', async () => {
  await root()
    .post('/v1/data-sources', { name: 'secretive', ...files(''), password: 'x' })
    .expect(400);
});

it('is refused without the setting, by its name', async () => {
  const bare = await startApiWorld();
  try {
    for (const [path, body] of [
      ['/v1/data-sources', { name: 'files', ...files('') }],
      ['/v1/data-sources/test', files('')],
    ] as const) {
      const refused = await as(bare, bare.root).post(path, body).expect(409);
      expect(refused.body).toMatchObject({ code: 'data_source.files_disabled' });
      expect((refused.body as { detail: string }).detail).toContain('FILE_SOURCES_DIR');
    }
  } finally {
    await bare.close();
  }
});
