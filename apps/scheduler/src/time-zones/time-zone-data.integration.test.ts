import type { FollowedFeed } from '#event-feed';
import { NextTimes } from '../due/next-times';
import { KnownCalendars } from '../projection/known-calendars';
import type { ScheduleProjection } from '../projection/schedule-projection';
import { SchedulerWorld } from '../testing/scheduler-world';
import { adoptTimeZoneData } from './time-zone-data';

/** Half past noon in Berlin is 11:30 UTC in winter. */
const DAILY = { recurrence: { type: 'daily', time: '12:30' }, timeZone: 'Europe/Berlin' } as const;

describe('changed time zone data', () => {
  let world: SchedulerWorld;
  let projection: ScheduleProjection;
  let followed: FollowedFeed;

  beforeEach(async () => {
    world = await SchedulerWorld.open('2026-11-23T09:00:00.000Z');
    projection = world.projection();
    followed = world.follow(projection);
    await world.createTemplate();
    await world.defineSchedule(DAILY);
    await followed.start();
    await world.caughtUp();
    await adopt('2026a');
  });

  afterEach(async () => {
    await followed.stop();
    await world.close();
  });

  const adopt = (version: string) =>
    adoptTimeZoneData({ ...world.parts, times: new NextTimes(), calendars: new KnownCalendars() }, version);

  async function rows(): Promise<unknown[]> {
    const { rows } = await world.parts.pool.query<object>('SELECT next_run_at, next_occurrence_at FROM scheduler.due');
    return rows;
  }

  /** Of a schedule that leaves nothing out. */
  const bothAt = (time: string) => [{ next_run_at: new Date(time), next_occurrence_at: new Date(time) }];

  async function adoptions(): Promise<unknown[]> {
    const { rows } = await world.parts.pool.query<object>(
      'SELECT version, reckoned, moved FROM scheduler.time_zone_data ORDER BY change',
    );
    return rows;
  }

  it('reckon what comes next anew, and say so once', async () => {
    // As data would have it by which Berlin is an hour further east.
    await world.parts.pool.query(
      `UPDATE scheduler.due SET next_run_at = '2026-11-23T10:30:00Z', next_occurrence_at = '2026-11-23T10:30:00Z'`,
    );
    await adopt('2026a');
    expect(await rows()).toEqual(bothAt('2026-11-23T10:30:00.000Z'));
    await adopt('2026b');
    await adopt('2026b');
    expect(await rows()).toEqual(bothAt('2026-11-23T11:30:00.000Z'));
    expect(await adoptions()).toEqual([
      { version: '2026a', reckoned: 0, moved: 0 },
      { version: '2026b', reckoned: 1, moved: 1 },
    ]);
  });

  it('reckon the next occurrence anew, though the scheduler has to look at the same moment', async () => {
    await world.parts.pool.query(`UPDATE scheduler.due SET next_occurrence_at = '2026-11-24T10:30:00Z'`);
    await adopt('2026b');
    expect(await rows()).toEqual(bothAt('2026-11-23T11:30:00.000Z'));
    expect(await adoptions()).toContainEqual({ version: '2026b', reckoned: 1, moved: 1 });
  });

  it('never repeat a time on the wall that has fired', async () => {
    // By the earlier data half past noon was at 10:30 UTC, and fired.
    await world.parts.pool.query(
      `UPDATE scheduler.due SET settled_to = '2026-11-23T10:30:00Z', settled_wall = '2026-11-23T12:30:00',
                                next_run_at = '2026-11-24T10:30:00Z', next_occurrence_at = '2026-11-24T10:30:00Z'`,
    );
    await adopt('2026b');
    expect(await rows()).toEqual(bothAt('2026-11-24T11:30:00.000Z'));
    world.setTime('2026-11-23T11:30:00.000Z');
    await world.loop(projection).runRound();
    expect(await world.requests()).toEqual([]);
    world.setTime('2026-11-24T11:30:00.000Z');
    await world.loop(projection).runRound();
    expect((await world.requests()).map(({ nominalTime }) => nominalTime)).toEqual(['2026-11-24T11:30:00.000Z']);
  });

  it('know what the wall showed when an occurrence fired', async () => {
    world.setTime('2026-11-23T11:30:00.000Z');
    await world.loop(projection).runRound();
    const { rows } = await world.parts.pool.query('SELECT settled_wall FROM scheduler.due');
    expect(rows).toEqual([{ settled_wall: '2026-11-23T12:30:00' }]);
  });
});
