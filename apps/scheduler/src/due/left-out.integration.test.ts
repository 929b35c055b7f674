import { streamOf } from '#domain';
import type { FollowedFeed } from '#event-feed';
import type { ScheduleProjection } from '../projection/schedule-projection';
import { SchedulerWorld } from '../testing/scheduler-world';

describe('a time that a clock change leaves out', () => {
  let world: SchedulerWorld;
  let projection: ScheduleProjection;
  let followed: FollowedFeed;

  beforeEach(async () => {
    world = await SchedulerWorld.open('2027-03-27T12:00:00.000Z');
    projection = world.projection();
    followed = world.follow(projection);
    await world.createTemplate();
    await world.defineSchedule({
      recurrence: { type: 'cron', expression: '0,30 2,3 * * *' },
      timeZone: 'Europe/Berlin',
      clockChanges: { skippedTime: 'skip', repeatedTime: 'first' },
    });
    await followed.start();
    await world.caughtUp();
  });

  afterEach(async () => {
    await followed.stop();
    await world.close();
  });

  const skip = {
    type: 'OccurrencesSkipped',
    from: '2027-03-28T00:59:59.999Z',
    to: '2027-03-28T00:59:59.999Z',
    count: 2,
    reason: 'clock_change',
  };

  it('is told when the clock changes, and what follows is requested', async () => {
    const loop = world.loop(projection);
    world.setTime('2027-03-28T00:59:59.999Z');
    await loop.runRound();
    expect((await world.events(streamOf('schedule', world.scheduleId))).slice(1)).toMatchObject([skip]);
    expect(await world.occurrences()).toEqual([]);

    await world.caughtUp();
    world.setTime('2027-03-28T01:00:00.010Z');
    expect(await loop.runRound()).toBe(true);
    expect(await world.occurrences()).toEqual([['2027-03-28T01:00:00.000Z', 'JobRequested']]);
    const { rows } = await world.parts.pool.query('SELECT next_run_at FROM scheduler.due');
    expect(rows).toEqual([{ next_run_at: new Date('2027-03-28T01:30:00.000Z') }]);
  });

  it('is told once with what follows, when the scheduler comes late', async () => {
    world.setTime('2027-03-28T01:30:00.010Z');
    await world.settle(world.loop(projection));
    expect((await world.events(streamOf('schedule', world.scheduleId))).slice(1)).toMatchObject([skip]);
    expect((await world.occurrences()).map(([nominalTime]) => nominalTime)).toEqual([
      '2027-03-28T01:00:00.000Z',
      '2027-03-28T01:30:00.000Z',
    ]);
    expect(await world.loop(projection).runRound()).toBe(true);
    expect(await world.events(streamOf('schedule', world.scheduleId))).toHaveLength(2);
  });
});
