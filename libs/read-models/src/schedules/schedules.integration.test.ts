import { ANNA, BEN, CARA, scheduleDefinition } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import {
  filledDatabase,
  idOf,
  minute,
  OTHER_TEMPLATE,
  sampleHistory,
  SCHEDULE,
  TEMPLATE,
  walk,
  type FilledDatabase,
} from '../testing';
import { ScheduleQueries } from './schedule-queries';

let database: TestDatabase;
let filled: FilledDatabase;
let queries: ScheduleQueries;

const anna = { userId: ANNA, isAdmin: false };
const ben = { userId: BEN, isAdmin: false };
const cara = { userId: CARA, isAdmin: false };
const stranger = { userId: idOf('stranger'), isAdmin: false };
const admin = { userId: idOf('admin'), isAdmin: true };
const BENS = idOf('schedule of ben');
const REMOVED = idOf('removed schedule');
const definition = scheduleDefinition();

beforeAll(async () => {
  const history = sampleHistory();
  // Ben's own, though he no longer sees the template.
  history.add(
    `schedule-${BENS}`,
    { type: 'ScheduleDefined', scheduleId: BENS, templateId: OTHER_TEMPLATE, owner: BEN, definition, at: minute(13) },
    BEN,
  );
  history.add(
    `schedule-${BENS}`,
    {
      type: 'SchedulePaused',
      scheduleId: BENS,
      note: 'holidays',
      until: minute(70),
      cause: 'by_hand',
      by: BEN,
      at: minute(14),
    },
    BEN,
  );
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  await filled.pool.query(
    // The scheduler looks at it once before it runs.
    `INSERT INTO scheduler.due (schedule_id, template_id, owner, definition, status, effective_from, schedule_revision,
                                next_run_at, next_occurrence_at, runs)
     VALUES ($1, $2, $3, '{}', 'active', $4, 0, $4, $5, 7)`,
    [SCHEDULE, TEMPLATE, ANNA, minute(60), minute(65)],
  );
  queries = new ScheduleQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

it('shows a schedule as its events left it, and when it is due next', async () => {
  expect(await queries.get(anna, SCHEDULE)).toEqual({
    scheduleId: SCHEDULE,
    templateId: TEMPLATE,
    templateName: 'Late flights 100%',
    owner: ANNA,
    name: 'Each hour',
    calendarName: null,
    definition: { ...definition, name: 'Each hour', recurrence: { type: 'hourly', minute: 5 }, priority: 'high' },
    scheduleFrequency: 'hourly',
    timeZone: 'Europe/Berlin',
    priority: 'high',
    status: 'active',
    pauseNote: null,
    pausedUntil: null,
    pauseCause: null,
    runs: 7,
    nextRunTime: minute(65),
    revision: 4,
    createdAt: minute(9),
    updatedAt: minute(22),
  });
  expect(await queries.get(ben, BENS)).toMatchObject({
    status: 'paused',
    pauseNote: 'holidays',
    pausedUntil: minute(70),
    pauseCause: 'by_hand',
    nextRunTime: null,
  });
  expect(await queries.get(cara, REMOVED)).toMatchObject({ status: 'removed', revision: 1 });
});

it('shows a schedule to its owner, to those who see its template and to administrators', async () => {
  const seen = async (viewer: typeof anna) =>
    (await queries.list({ viewer, limit: 100 })).items.map(({ scheduleId }) => scheduleId).toSorted();
  expect(await seen(anna)).toEqual([SCHEDULE]);
  expect(await seen(ben)).toEqual([SCHEDULE, BENS].toSorted());
  expect(await seen(cara)).toEqual([REMOVED, BENS].toSorted());
  expect(await seen(stranger)).toEqual([]);
  expect(await seen(admin)).toEqual([SCHEDULE, BENS, REMOVED].toSorted());
  expect(await queries.get(cara, SCHEDULE)).toBeNull();
  expect(await queries.get(anna, BENS)).toBeNull();
  expect(await queries.get(cara, BENS)).not.toBeNull();
  expect(await queries.get(admin, 'nothing')).toBeNull();
});

it('filters by template and status', async () => {
  const { items } = await queries.list({ viewer: admin, limit: 10, templateId: OTHER_TEMPLATE, status: 'paused' });
  expect(items.map(({ scheduleId }) => scheduleId)).toEqual([BENS]);
});

it('pages through everything once', async () => {
  const whole = await walk((page) => queries.list({ viewer: admin, ...page }), 10);
  expect(whole).toHaveLength(3);
  expect(await walk((page) => queries.list({ viewer: admin, ...page }), 1)).toEqual(whole);
  const bens = await walk((page) => queries.list({ viewer: ben, ...page }), 10);
  expect(bens).toHaveLength(2);
  expect(await walk((page) => queries.list({ viewer: ben, ...page }), 1)).toEqual(bens);
  const rows = await walk((page) => queries.selfServiceSchedules({ viewer: admin, ...page }), 10);
  expect(rows).toHaveLength(3);
  expect(await walk((page) => queries.selfServiceSchedules({ viewer: admin, ...page }), 2)).toEqual(rows);
});

it('gives the self-service schedule table', async () => {
  const { items } = await queries.selfServiceSchedules({ viewer: anna, limit: 10 });
  expect(items).toEqual([
    {
      templateId: TEMPLATE,
      scheduleFrequency: 'hourly',
      nextRunTime: minute(65),
      userId: ANNA,
      scheduleId: SCHEDULE,
      name: 'Each hour',
      timeZone: 'Europe/Berlin',
      status: 'active',
    },
  ]);
  expect((await queries.selfServiceSchedules({ viewer: stranger, limit: 10 })).items).toEqual([]);
});

it('tells what was skipped, a stretch or one occurrence, to those who see the schedule', async () => {
  const skipped = await walk((page) => queries.skippedOccurrences(ben, SCHEDULE, page), 1);
  expect(skipped).toEqual([
    {
      eventId: expect.any(String),
      from: minute(23),
      to: minute(40),
      count: 5,
      reason: 'missed',
      skippedAt: minute(41),
    },
    {
      eventId: expect.any(String),
      from: minute(21),
      to: minute(21),
      count: 1,
      reason: 'template_archived',
      skippedAt: minute(22),
    },
  ]);
  expect((await queries.skippedOccurrences(cara, SCHEDULE, { limit: 10 })).items).toEqual([]);
});
