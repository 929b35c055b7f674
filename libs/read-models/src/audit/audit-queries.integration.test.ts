import { ANNA, BEN, CARA } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { InvalidCursor } from '../query/cursor';
import {
  BACKFILL,
  CANCELLED_BACKFILL,
  CANCELLED_DELIVERY,
  DELIVERY,
  DATASET,
  filledDatabase,
  idOf,
  LIST_JOB,
  minute,
  OTHER_TEMPLATE,
  sampleHistory,
  SCHEDULE,
  TEMPLATE,
  walk,
  type FilledDatabase,
} from '../testing';
import { AuditQueries, type AuditFilter } from './audit-queries';

let database: TestDatabase;
let filled: FilledDatabase;
let queries: AuditQueries;

const admin = { userId: idOf('admin'), isAdmin: true };
const viewer = (userId: string) => ({ userId, isAdmin: false });
const history = sampleHistory();
const SIGN_INS = `access-${ANNA}-2026-11-23`;
history.add(SIGN_INS, { type: 'SignedIn', at: minute(45) }, ANNA);

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  queries = new AuditQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

const entries = async (filter: Partial<AuditFilter>) =>
  (await queries.list({ viewer: admin, limit: 100, ...filter })).items;
const streams = async (filter: Partial<AuditFilter>) =>
  [...new Set((await entries(filter)).map(({ streamId }) => streamId))].toSorted();

it('shows everything to administrators, the newest first or the oldest', async () => {
  const newest = await walk((page) => queries.list({ viewer: admin, ...page }), 100);
  expect(newest.map(({ position }) => Number(position))).toEqual(
    history.events.map((_, index) => history.events.length - index),
  );
  expect(await walk((page) => queries.list({ viewer: admin, ...page }), 7)).toEqual(newest);
  const oldest = await walk((page) => queries.list({ viewer: admin, first: 'oldest', ...page }), 9);
  expect(oldest).toEqual(newest.toReversed());
  expect(newest[0]).toEqual({
    position: String(history.events.length),
    eventId: idOf(`${SIGN_INS} 0`),
    streamId: SIGN_INS,
    revision: 0,
    aggregateType: 'access',
    aggregateId: `${ANNA}-2026-11-23`,
    eventType: 'SignedIn',
    actor: ANNA,
    occurredAt: minute(45),
    recordedAt: history.events.at(-1)!.recordedAt.toISOString(),
    commandId: history.events.at(-1)!.metadata.commandId,
    correlationId: idOf('correlation'),
    causationId: null,
    before: null,
    after: { at: minute(45) },
  });
});

it('shows others the streams of the templates, schedules, jobs, backfills, deliveries and bursts that they see', async () => {
  const job = (words: string) => `job-${idOf(words)}`;
  const ofTemplate = [
    `template-${TEMPLATE}`,
    `schedule-${SCHEDULE}`,
    job('retried job'),
    job('truncated job'),
    job('expired job'),
    `backfill-${BACKFILL}`,
    `backfill-${CANCELLED_BACKFILL}`,
    `deliveryplan-${SCHEDULE}`,
    `delivery-${DELIVERY}`,
    `delivery-${CANCELLED_DELIVERY}`,
    `burstplan-${SCHEDULE}`,
    `burst-${LIST_JOB}`,
    `burst-${idOf('truncated job')}`,
  ];
  expect(await streams({ viewer: viewer(ANNA) })).toEqual(ofTemplate.toSorted());
  expect(await streams({ viewer: viewer(BEN) })).toEqual([...ofTemplate, job('cancelled job')].toSorted());
  expect(await streams({ viewer: viewer(CARA) })).toEqual(
    [`template-${OTHER_TEMPLATE}`, `schedule-${idOf('removed schedule')}`, job('failed job')].toSorted(),
  );
  expect(await streams({ viewer: viewer(idOf('stranger')) })).toEqual([]);
  expect(await streams({ viewer: viewer(ANNA), streamId: `dataset-${DATASET}` })).toEqual([]);
  const pages = await walk((page) => queries.list({ viewer: viewer(ANNA), ...page }), 3);
  expect(pages).toEqual(await entries({ viewer: viewer(ANNA) }));
});

it('filters', async () => {
  expect(await streams({ streamId: SIGN_INS })).toEqual([SIGN_INS]);
  expect(await streams({ aggregateType: 'template' })).toEqual(
    [`template-${TEMPLATE}`, `template-${OTHER_TEMPLATE}`].toSorted(),
  );
  expect(await streams({ aggregateType: 'template', aggregateId: TEMPLATE })).toEqual([`template-${TEMPLATE}`]);
  expect(await streams({ aggregateId: SCHEDULE })).toEqual(
    ['burstplan', 'deliveryplan', 'schedule'].map((kind) => `${kind}-${SCHEDULE}`),
  );
  expect(await streams({ actor: CARA })).toEqual(
    [`template-${OTHER_TEMPLATE}`, `schedule-${idOf('removed schedule')}`].toSorted(),
  );
  expect((await entries({ eventType: 'JobRequested' })).map(({ eventType }) => eventType)).toEqual(
    Array(5).fill('JobRequested'),
  );
  expect((await entries({ from: minute(45) })).map(({ eventType }) => eventType)).toEqual([
    'SignedIn',
    'DatasetRetired',
  ]);
  expect((await entries({ to: minute(1) })).map(({ eventType }) => eventType)).toEqual(['DatasetRegistered']);
});

it('refuses the cursor of one order for the other', async () => {
  const { nextCursor } = await queries.list({ viewer: admin, limit: 1 });
  await expect(queries.list({ viewer: admin, limit: 1, first: 'oldest', cursor: nextCursor! })).rejects.toThrow(
    InvalidCursor,
  );
});
