import { FollowedFeed } from '#event-feed';
import { STORE_SOURCE } from '#event-sourcing';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld } from '../../api/src/testing/api-world';
import { DueLoop } from '../../scheduler/src/due/due-loop';
import { NextTimes } from '../../scheduler/src/due/next-times';
import { KnownCalendars } from '../../scheduler/src/projection/known-calendars';
import { SCHEDULER_GROUP, ScheduleProjection } from '../../scheduler/src/projection/schedule-projection';

const PATIENCE_MS = 20_000;

/** Saturday noon, the day before Berlin leaves out 02:00 to 03:00; far enough ahead that nothing is due while this runs. */
const startsAt = '2040-03-24T12:00:00.000Z';

describe('the next run that people see', () => {
  let world: ApiWorld;
  let projection: ScheduleProjection;
  let followed: FollowedFeed;
  let datasetId: string;
  let templateId: string;
  let calendarId: string;

  beforeAll(async () => {
    world = await startApiWorld();
    projection = new ScheduleProjection(world.parts, new NextTimes(), new KnownCalendars());
    followed = new FollowedFeed(projection, world.parts);
    await followed.start();
    datasetId = (await registerFlights(world)).id;
    templateId = made(await as(world, world.anna).post('/v1/templates', lateFlights(datasetId)).expect(201)).id;
    const monday = { date: '2040-03-26', name: 'Monday off' };
    const calendar = { name: 'Long weekend', holidays: [monday] };
    calendarId = made(await as(world, world.root).post('/v1/calendars', calendar).expect(201)).id;
  });

  afterAll(async () => {
    await followed.stop();
    await world.close();
  });

  async function define(recurrence: object, more: object = {}): Promise<string> {
    const schedule = { name: 'S', templateId, recurrence, timeZone: 'Europe/Berlin', startsAt, ...more };
    const { id } = made(await as(world, world.anna).post('/v1/schedules', schedule).expect(201));
    await caughtUp();
    return id;
  }

  async function caughtUp(): Promise<void> {
    const { progress, eventStore } = world.parts;
    const head = await eventStore.head();
    expect(await progress.reached(SCHEDULER_GROUP, STORE_SOURCE, head, PATIENCE_MS)).toBe(true);
  }

  interface Schedule {
    readonly nextRunTime: string | null;
    readonly nextRuns: readonly string[];
    readonly runs: number;
  }

  async function read(scheduleId: string): Promise<Schedule> {
    return (await as(world, world.anna).get(`/v1/schedules/${scheduleId}`).expect(200)).body as Schedule;
  }

  /** In the self-service schedule table. */
  async function inTable(scheduleId: string): Promise<string | null | undefined> {
    const { body } = await as(world, world.anna).get('/v1/schedules/self-service?limit=100').expect(200);
    const { items } = body as { items: { scheduleId: string; nextRunTime: string | null }[] };
    return items.find((row) => row.scheduleId === scheduleId)?.nextRunTime;
  }

  /** When the scheduler wakes for it. */
  async function wakesAt(scheduleId: string): Promise<string | undefined> {
    const { rows } = await world.parts.pool.query<{ next_run_at: Date | null }>(
      'SELECT next_run_at FROM scheduler.due WHERE schedule_id = $1',
      [scheduleId],
    );
    return rows[0]?.next_run_at?.toISOString();
  }

  /** A round of the due loop by a clock that shows this time. */
  async function settleAt(time: string): Promise<void> {
    const { pool, eventStore, logger } = world.parts;
    const loop = new DueLoop({
      ...{ pool, eventStore, logger, clock: { now: () => new Date(time) } },
      ...{ times: new NextTimes(), calendars: new KnownCalendars(), maxAttempts: 3, catchUpPerMinute: 600 },
      hasCaughtUp: () => projection.hasCaughtUp(),
    });
    await loop.runRound();
    await caughtUp();
  }

  const skipping = () => ({ calendar: { calendarId, onHoliday: 'skip' } });
  const clockChanges = { skippedTime: 'skip', repeatedTime: 'first' };

  it('is the first of the next runs, whatever is left out before', async () => {
    const set: (readonly [next: string | null, ...Parameters<typeof define>])[] = [
      ['2040-03-25T05:30:00.000Z', { type: 'daily', time: '07:30' }],
      ['2040-03-24T12:05:00.000Z', { type: 'hourly', minute: 5 }],
      ['2040-03-24T12:00:00.000Z', { type: 'minutes', every: 15 }],
      ['2040-03-26T05:30:00.000Z', { type: 'weekly', weekdays: [1], time: '07:30' }],
      ['2040-04-02T05:30:00.000Z', { type: 'weekly', weekdays: [1], time: '07:30' }, skipping()],
      ['2040-03-27T05:30:00.000Z', { type: 'daily', time: '07:30' }, skipping()],
      [
        '2040-03-27T05:30:00.000Z',
        { type: 'weekly', weekdays: [1], time: '07:30' },
        { calendar: { calendarId, onHoliday: 'next_business_day' } },
      ],
      ['2040-03-25T01:00:00.000Z', { type: 'daily', time: '02:30' }],
      ['2040-03-26T00:30:00.000Z', { type: 'daily', time: '02:30' }, { clockChanges }],
      ['2040-03-27T00:30:00.000Z', { type: 'cron', expression: '30 2 * * *' }, { clockChanges, ...skipping() }],
      [null, { type: 'dataset_refreshed', datasetId }],
    ];
    for (const [next, recurrence, more] of set) {
      const scheduleId = await define(recurrence, more);
      const { nextRunTime, nextRuns } = await read(scheduleId);
      const table = await inTable(scheduleId);
      expect({ recurrence, more, nextRunTime, table, first: nextRuns[0] ?? null }).toEqual({
        ...{ recurrence, more, nextRunTime: next, table: next, first: next },
      });
    }
  });

  it('stays while the scheduler wakes to tell what is skipped', async () => {
    const scheduleId = await define({ type: 'daily', time: '06:15' }, skipping());
    const sunday = '2040-03-25T04:15:00.000Z';
    const nextRunTime = '2040-03-27T04:15:00.000Z';
    expect(await wakesAt(scheduleId)).toBe(sunday);
    expect(await read(scheduleId)).toMatchObject({ nextRunTime });
    await settleAt(sunday);
    expect(await wakesAt(scheduleId)).toBe('2040-03-26T04:15:00.000Z');
    expect(await read(scheduleId)).toMatchObject({ nextRunTime });
    const { body } = await as(world, world.anna).get(`/v1/schedules/${scheduleId}/skipped`).expect(200);
    expect(body).toMatchObject({ items: [{ from: sunday, to: sunday, count: 1, reason: 'holiday' }] });
  });

  it('is none after the last of the most runs, and while it is paused', async () => {
    const scheduleId = await define({ type: 'daily', time: '13:30' }, { maxRuns: 1 });
    const saturday = '2040-03-24T12:30:00.000Z';
    expect(await read(scheduleId)).toMatchObject({ nextRunTime: saturday, nextRuns: [saturday], runs: 0 });
    await settleAt(saturday);
    expect(await read(scheduleId)).toMatchObject({ nextRunTime: null, nextRuns: [], runs: 1 });
    expect(await inTable(scheduleId)).toBeNull();

    const paused = await define({ type: 'daily', time: '13:30' });
    await as(world, world.anna).post(`/v1/schedules/${paused}/pause`, {}).expect(200);
    await caughtUp();
    expect(await read(paused)).toMatchObject({ nextRunTime: null, nextRuns: [] });
  });
});
