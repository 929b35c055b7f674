import { ANNA, BEN, CARA, templateDefinition } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { InvalidCursor } from '../query/cursor';
import {
  DATASET,
  filledDatabase,
  idOf,
  minute,
  OTHER_TEMPLATE,
  RETRY_POLICY,
  sampleHistory,
  TEMPLATE,
  walk,
  type FilledDatabase,
} from '../testing';
import { TemplateQueries, type TemplateFilter } from './template-queries';

let database: TestDatabase;
let filled: FilledDatabase;
let queries: TemplateQueries;

const anna = { userId: ANNA, isAdmin: false };
const ben = { userId: BEN, isAdmin: false };
const cara = { userId: CARA, isAdmin: false };
const stranger = { userId: idOf('stranger'), isAdmin: false };
const admin = { userId: idOf('admin'), isAdmin: true };
const definition = templateDefinition({ datasetId: DATASET });

beforeAll(async () => {
  const history = sampleHistory();
  // Many made in the same instant: the id decides their order.
  for (let number = 0; number < 12; number += 1) {
    const templateId = idOf(`numbered ${number}`);
    history.add(`template-${templateId}`, {
      type: 'TemplateCreated',
      templateId,
      owner: idOf('collector'),
      details: { name: `Number ${number}`, description: null, tags: number % 2 === 0 ? ['even'] : [] },
      definition: templateDefinition({ datasetId: number < 3 ? idOf('another dataset') : DATASET }),
      copiedFrom: null,
      at: minute(number < 8 ? 15 : 16),
    });
  }
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  queries = new TemplateQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

async function names(filter: Partial<TemplateFilter>): Promise<readonly string[]> {
  const { items } = await queries.list({ viewer: admin, limit: 100, ...filter });
  return items.map(({ name }) => name).toSorted();
}

it('shows a template as its events left it', async () => {
  expect(await queries.get(anna, TEMPLATE)).toEqual({
    templateId: TEMPLATE,
    owner: ANNA,
    name: 'Late flights 100%',
    description: 'with_underscore',
    tags: ['ops'],
    datasetId: DATASET,
    outputFormat: 'csv',
    status: 'active',
    revision: 8,
    retryPolicy: RETRY_POLICY,
    createdAt: minute(2),
    updatedAt: minute(8),
    copiedFrom: null,
    access: 'owner',
    definition,
    shares: [{ userId: BEN, level: 'edit' }],
  });
});

it('shows a template to its owner, to those it is shared with and to administrators', async () => {
  const accessOf = async (viewer: typeof anna, id: string) => (await queries.get(viewer, id))?.access ?? null;
  const viewers = [anna, ben, cara, stranger, admin];
  expect(await Promise.all(viewers.map((viewer) => accessOf(viewer, TEMPLATE)))).toEqual([
    'owner',
    'edit',
    null,
    null,
    'admin',
  ]);
  // Handed over by Ben, who has nothing left; the new owner's share went with it.
  expect(await Promise.all(viewers.map((viewer) => accessOf(viewer, OTHER_TEMPLATE)))).toEqual([
    null,
    null,
    'owner',
    null,
    'admin',
  ]);
  expect((await queries.get(cara, OTHER_TEMPLATE))?.shares).toEqual([]);
  const seen = await Promise.all(
    viewers.map(async (viewer) => (await queries.list({ viewer, limit: 100 })).items.length),
  );
  expect(seen).toEqual([1, 1, 1, 0, 14]);
});

it('knows no template by an id that is none', async () => {
  expect(await queries.get(admin, idOf('nothing'))).toBeNull();
  expect(await queries.get(admin, "'; DROP TABLE x; --")).toBeNull();
});

it('finds by part of the name or description, taken literally and in any case', async () => {
  expect(await names({ search: 'LATE fl' })).toEqual(['Late flights 100%', 'Late flights 100%']);
  expect(await names({ search: '100%' })).toHaveLength(2);
  expect(await names({ search: '0%1' })).toEqual([]);
  expect(await names({ search: 'with_under' })).toHaveLength(2);
  expect(await names({ search: 'number_1' })).toEqual([]);
  expect(await names({ search: '\\' })).toEqual([]);
  expect(await names({ search: 'nul\0' })).toEqual([]);
});

it('filters by tag, status and dataset, all at once', async () => {
  expect(await names({ tag: 'ops' })).toHaveLength(2);
  expect(await names({ tag: 'op' })).toEqual([]);
  expect(await names({ status: 'archived' })).toEqual([]);
  expect(await names({ datasetId: idOf('another dataset') })).toEqual(['Number 0', 'Number 1', 'Number 2']);
  expect(await names({ datasetId: idOf('another dataset'), tag: 'even', search: '2' })).toEqual(['Number 2']);
});

it('pages through everything once, the newest first', async () => {
  const whole = await walk((page) => queries.list({ viewer: admin, ...page }), 100);
  const order = whole.map(({ createdAt, templateId }) => `${createdAt} ${templateId}`);
  expect(order).toEqual(order.toSorted().reverse());
  for (const limit of [1, 5, 14]) {
    expect(await walk((page) => queries.list({ viewer: admin, ...page }), limit)).toEqual(whole);
  }
});

it('keeps its place when newer templates come meanwhile', async () => {
  const filter = { viewer: { userId: idOf('collector'), isAdmin: false }, limit: 5 };
  const first = await queries.list(filter);
  await filled.pool.query(
    `INSERT INTO read_model.self_service_template
     SELECT $1, owner, 'Newest', description, tags, dataset_id, output_format, definition, status, revision, $2, $2
     FROM read_model.self_service_template WHERE template_id = $3`,
    [idOf('newest'), minute(59), idOf('numbered 0')],
  );
  const second = await queries.list({ ...filter, cursor: first.nextCursor! });
  const third = await queries.list({ ...filter, cursor: second.nextCursor! });
  await filled.pool.query('DELETE FROM read_model.self_service_template WHERE template_id = $1', [idOf('newest')]);
  const seen = [...first.items, ...second.items, ...third.items].map(({ templateId }) => templateId);
  expect(new Set(seen).size).toBe(12);
  expect(seen).toHaveLength(12);
  expect(third.nextCursor).toBeNull();
});

it('refuses a cursor of another list', async () => {
  const { nextCursor } = await queries.revisions(anna, TEMPLATE, { limit: 1 });
  expect(nextCursor).not.toBeNull();
  await expect(queries.list({ viewer: anna, limit: 1, cursor: nextCursor! })).rejects.toThrow(InvalidCursor);
});

it('lists the revisions, the latest first, to those who see the template', async () => {
  const { items } = await queries.revisions(ben, TEMPLATE, { limit: 10 });
  expect(items).toEqual([
    {
      revision: 1,
      name: 'Late flights 100%',
      description: 'with_underscore',
      tags: ['ops'],
      restoredRevision: null,
      changedBy: ANNA,
      changedAt: minute(3),
    },
    {
      revision: 0,
      name: 'Late flights',
      description: null,
      tags: ['ops', 'daily'],
      restoredRevision: null,
      changedBy: ANNA,
      changedAt: minute(2),
    },
  ]);
  expect(await walk((page) => queries.revisions(ben, TEMPLATE, page), 1)).toEqual(items);
  expect((await queries.revisions(cara, TEMPLATE, { limit: 10 })).items).toEqual([]);
  expect((await queries.revisions(cara, OTHER_TEMPLATE, { limit: 10 })).items[0]).toMatchObject({
    revision: 3,
    restoredRevision: 0,
  });
});

it('gives a revision with its definition to those who see the template', async () => {
  expect(await queries.revision(ben, TEMPLATE, 0)).toMatchObject({ revision: 0, name: 'Late flights', definition });
  expect(await queries.revision(stranger, TEMPLATE, 0)).toBeNull();
  expect(await queries.revision(ben, TEMPLATE, 2)).toBeNull();
  expect(await queries.revision(ben, TEMPLATE, 2 ** 40)).toBeNull();
});
