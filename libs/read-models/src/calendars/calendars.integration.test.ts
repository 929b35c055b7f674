import { ANNA, BEN, CALENDAR_ID, calendarDefinition, CARA, scheduleDefinition } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { filledDatabase, idOf, minute, sampleHistory, TEMPLATE, walk, type FilledDatabase } from '../testing';
import { ScheduleQueries } from '../schedules/schedule-queries';
import { CalendarQueries } from './calendar-queries';

let database: TestDatabase;
let filled: FilledDatabase;
let queries: CalendarQueries;

const admin = { userId: idOf('admin'), isAdmin: true };
const onHoliday = 'skip' as const;

beforeAll(async () => {
  const history = sampleHistory();
  for (const [index, owner] of [ANNA, BEN, ANNA, CARA].entries()) {
    const scheduleId = idOf(`schedule ${index}`);
    const definition = scheduleDefinition({
      name: `Schedule ${index}`,
      calendar: { calendarId: CALENDAR_ID, onHoliday },
    });
    const signed = { scheduleId, by: owner, at: minute(61) };
    history.add(`schedule-${scheduleId}`, {
      ...{ type: 'ScheduleDefined', scheduleId, templateId: TEMPLATE, owner, definition, at: minute(60) },
    });
    if (index === 2) history.add(`schedule-${scheduleId}`, { type: 'ScheduleRemoved', ...signed });
    if (index === 3) {
      const paused = { note: null, until: null, cause: 'by_hand' };
      history.add(`schedule-${scheduleId}`, { type: 'SchedulePaused', ...signed, ...paused });
    }
  }
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  queries = new CalendarQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

it('shows a calendar as its events left it', async () => {
  expect(await queries.get(CALENDAR_ID)).toEqual({
    calendarId: CALENDAR_ID,
    name: 'Bavaria and Friday',
    description: 'Of the works council',
    weekend: [5, 6, 7],
    holidayCount: 2,
    holidays: calendarDefinition().holidays,
    source: { country: 'DE', region: 'BY', fromYear: 2026, toYear: 2026 },
    status: 'active',
    revision: 1,
    definedBy: CARA,
    createdAt: minute(41),
    updatedAt: minute(42),
  });
  expect(await queries.get('nothing')).toBeNull();
});

it('lists by name, in pages, filtered, without the days', async () => {
  const names = async (filter: object, limit = 10) =>
    (await walk((page) => queries.list({ ...filter, ...page }), limit)).map(({ name }) => name);
  expect(await names({})).toEqual(['Bavaria', 'Bavaria and Friday']);
  expect(await names({}, 1)).toEqual(['Bavaria', 'Bavaria and Friday']);
  expect(await names({ status: 'removed' })).toEqual(['Bavaria']);
  expect(await names({ search: 'FRIDAY' })).toEqual(['Bavaria and Friday']);
  const { items } = await queries.list({ limit: 1 });
  expect(items[0]).toMatchObject({ holidayCount: 2, source: null });
  expect(items[0]).not.toHaveProperty('holidays');
});

it('lends its name to the schedules that use it', async () => {
  const schedules = new ScheduleQueries(filled.pool);
  expect(await schedules.get(admin, idOf('schedule 0'))).toMatchObject({ calendarName: 'Bavaria and Friday' });
});

describe('the schedules that use a calendar', () => {
  const named = (index: number) => ({ scheduleId: idOf(`schedule ${index}`), name: `Schedule ${index}` });
  const byId = (indexes: readonly number[]) =>
    indexes.map(named).toSorted((one, other) => (one.scheduleId < other.scheduleId ? -1 : 1));

  it('are all that are not removed', async () => {
    expect(await queries.usersOf(admin, CALENDAR_ID, 5)).toEqual({ schedules: byId([0, 1, 3]), more: 0 });
    expect(await queries.usersOf(admin, idOf('removed calendar'), 5)).toEqual({ schedules: [], more: 0 });
  });
  it('are named up to a number, and counted beyond it', async () => {
    expect(await queries.usersOf(admin, CALENDAR_ID, 2)).toEqual({ schedules: byId([0, 1, 3]).slice(0, 2), more: 1 });
  });
  it('are named to those who see them, and counted for everybody', async () => {
    const cara = { userId: CARA, isAdmin: false };
    expect(await queries.usersOf(cara, CALENDAR_ID, 5)).toEqual({ schedules: [named(3)], more: 2 });
  });
});
