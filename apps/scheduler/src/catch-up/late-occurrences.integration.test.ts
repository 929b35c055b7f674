import { ANNA } from '#domain/testing';
import type { FollowedFeed } from '#event-feed';
import type { ScheduleProjection } from '../projection/schedule-projection';
import { failingAt } from '../testing/failing-pool';
import { SchedulerWorld } from '../testing/scheduler-world';

/** Every quarter of an hour in UTC, made up for over a week. */
const QUARTERLY = { recurrence: { type: 'minutes', every: 15 }, timeZone: 'UTC', catchUpMinutes: 10_080 } as const;

describe('late occurrences', () => {
  let world: SchedulerWorld;
  let projection: ScheduleProjection;
  let followed: FollowedFeed;

  beforeEach(async () => {
    world = await SchedulerWorld.open('2026-11-23T12:00:00.000Z');
    projection = world.projection();
    followed = world.follow(projection);
    await world.createTemplate();
    await followed.start();
  });

  afterEach(async () => {
    await followed.stop();
    await world.close();
  });

  it('are requested by turns, the earliest first, after what is due in time', async () => {
    // 20 schedules that missed 50 times each, and 10 that are due now.
    for (let n = 0; n < 20; n += 1) await world.defineSchedule(QUARTERLY, uuid(n));
    world.setTime('2026-11-24T00:44:00.000Z');
    const daily = { recurrence: { type: 'daily', time: '00:45' }, timeZone: 'UTC' } as const;
    for (let n = 100; n < 110; n += 1) await world.defineSchedule(daily, uuid(n));
    await world.caughtUp();

    let now = Date.parse('2026-11-24T00:45:00.500Z');
    world.setTime(() => new Date(now));
    const loop = world.loop(projection);
    await world.settle(loop);
    const first = await world.requests();
    expect(first.slice(0, 10).map(({ nominalTime, catchUp }) => [nominalTime, catchUp])).toEqual(
      Array.from({ length: 10 }, () => ['2026-11-24T00:45:00.000Z', false]),
    );
    // Of those that missed some, what is due now waits for nothing either.
    expect(first.filter(({ catchUp }) => !catchUp)).toHaveLength(30);
    expect(first.filter(({ catchUp }) => catchUp)).toHaveLength(10);

    // Ten a second, and never more: another instance finds that the turn was taken.
    await world.settle(world.loop(projection));
    expect(await world.requests()).toHaveLength(40);
    for (let second = 1; second <= 98; second += 1) {
      now += 1000;
      await world.settle(second % 2 ? world.loop(projection) : loop);
    }
    const late = (await world.requests()).filter(({ catchUp }) => catchUp);
    expect(late).toHaveLength(990);
    now += 1000;
    await world.settle(loop);
    now += 60_000;
    await world.settle(loop);
    const all = (await world.requests()).filter(({ catchUp }) => catchUp);
    expect(all).toHaveLength(1000);
    const nominalTimes = all.map(({ nominalTime }) => nominalTime);
    expect(nominalTimes).toEqual(nominalTimes.toSorted());
    expect(new Set(all.map(({ jobId }) => jobId)).size).toBe(1000);
    const { rows } = await world.parts.pool.query('SELECT * FROM scheduler.catch_up');
    expect(rows).toEqual([]);
  });

  it('come once, and are counted once, after a crash between the append and the move', async () => {
    await world.defineSchedule({ ...QUARTERLY, maxRuns: 100 });
    await world.caughtUp();
    world.setTime('2026-11-23T13:05:00.000Z');
    const crashing = world.loop(projection, failingAt(world.parts.pool, 'move-catch-up'));
    await expect(crashing.runRound()).rejects.toThrow('crash');
    await world.caughtUp();
    await world.loop(projection).runRound();
    await world.caughtUp();
    expect((await world.requests()).map(({ nominalTime }) => nominalTime.slice(11, 16))).toEqual([
      '12:15',
      '12:30',
      '12:45',
      '13:00',
    ]);
    expect(await runs()).toBe(4);
  });

  it('leave nothing that comes next when they use up the runs', async () => {
    await world.defineSchedule({ ...QUARTERLY, maxRuns: 2 });
    await world.caughtUp();
    await followed.stop();
    world.setTime('2026-11-23T13:05:00.000Z');
    await world.loop(projection).runRound();
    const { rows } = await world.parts.pool.query('SELECT runs, next_run_at, next_occurrence_at FROM scheduler.due');
    expect(rows).toEqual([{ runs: 2, next_run_at: null, next_occurrence_at: null }]);
  });

  it('are counted the same by a rebuild, which requests nothing anew', async () => {
    await world.defineSchedule({ ...QUARTERLY, maxRuns: 100 });
    await world.caughtUp();
    world.setTime('2026-11-23T18:15:00.000Z');
    const loop = world.loop(projection);
    await world.settle(loop);
    // One in time, then ten of 24 late ones.
    expect(await runs()).toBe(11);
    await followed.stop();
    await world.parts.pool.query('TRUNCATE scheduler.due, scheduler.template, scheduler.open_job, scheduler.triggered');
    await world.parts.pool.query(`DELETE FROM event_feed.checkpoint WHERE group_name = 'scheduler'`);
    await followed.start();
    await world.caughtUp();
    expect(await runs()).toBe(11);

    for (let second = 1; second <= 3; second += 1) {
      world.setTime(`2026-11-23T18:15:0${second}.000Z`);
      await world.settle(loop);
    }
    const requests = await world.requests();
    expect(requests).toHaveLength(25);
    expect(new Set(requests.map(({ jobId }) => jobId)).size).toBe(25);
    expect(await runs()).toBe(25);
  });

  it('are given up when the schedule is paused before their turn', async () => {
    await world.defineSchedule(QUARTERLY);
    await world.caughtUp();
    world.setTime('2026-11-23T18:20:00.000Z');
    const loop = world.loop(projection);
    await world.settle(loop);
    expect(await world.requests()).toHaveLength(10);
    const { scheduleId } = world;
    const pause = { type: 'PauseSchedule', note: null, until: null, cause: 'by_hand', by: ANNA } as const;
    await world.changeSchedule({ ...pause, scheduleId, at: world.at() });
    await world.caughtUp();
    world.setTime('2026-11-23T18:20:01.000Z');
    await world.settle(loop);
    expect(await world.requests()).toHaveLength(10);
    const { rows } = await world.parts.pool.query('SELECT * FROM scheduler.catch_up');
    expect(rows).toEqual([]);
  });

  async function runs(): Promise<number | undefined> {
    const { rows } = await world.parts.pool.query<{ runs: number }>('SELECT runs FROM scheduler.due');
    return rows[0]?.runs;
  }
});

function uuid(n: number) {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as const;
}
