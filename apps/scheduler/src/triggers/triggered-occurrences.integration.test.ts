import { randomUUID } from 'node:crypto';
import { MOST_LINKS, NO_CALENDAR, type ScheduleDefinition } from '#domain';
import { ANNA, DATASET_ID, scheduleDefinition } from '#domain/testing';
import type { FollowedFeed } from '#event-feed';
import type { ScheduleProjection } from '../projection/schedule-projection';
import { SchedulerWorld } from '../testing/scheduler-world';

const QUARTERLY = { recurrence: { type: 'minutes', every: 15 }, timeZone: 'UTC' } as const;
const REFRESHED = { recurrence: { type: 'dataset_refreshed', datasetId: DATASET_ID }, timeZone: 'UTC' } as const;
const at = (time: string) => `2026-11-23T${time}:00.000Z`;

describe('triggered occurrences', () => {
  let world: SchedulerWorld;
  let projection: ScheduleProjection;
  let feed: FollowedFeed;
  const follower = randomUUID();

  beforeEach(async () => {
    world = await SchedulerWorld.open(at('12:00'));
    projection = world.projection();
    feed = world.follow(projection);
    await world.createTemplate();
    await feed.start();
  });

  afterEach(async () => {
    await feed.stop();
    await world.close();
  });

  async function run(time: string): Promise<void> {
    await world.caughtUp();
    world.setTime(at(time));
    await world.loop(projection).runRound();
    await world.caughtUp();
  }

  const after = (scheduleId: string, more: Partial<ScheduleDefinition> = {}) => ({
    ...{ timeZone: 'UTC', ...more },
    recurrence: { type: 'after_schedule', scheduleId } as const,
  });
  const followed = async () =>
    (await world.requests()).filter(({ scheduleId }) => scheduleId === follower).map(({ nominalTime }) => nominalTime);
  const refresh = () =>
    world.changeDataset({ type: 'RefreshDataset', datasetId: DATASET_ID, by: ANNA, at: world.at() });

  it('follow the jobs of the other schedule that succeed, at the time of their end', async () => {
    await world.defineSchedule(QUARTERLY);
    await run('12:15');
    // What ended before the follower was defined, or fails, or was not requested by the schedule, leads to nothing.
    await world.runJob(world.jobAt(at('12:15')));
    world.setTime(at('12:16'));
    await world.defineSchedule(after(world.scheduleId), follower);
    await run('12:30');
    await world.runJob(world.jobAt(at('12:30')), 'The query failed.');
    await run('12:45');
    await world.startJob(world.jobAt(at('12:45')));
    world.setTime(at('12:47'));
    await world.endJob(world.jobAt(at('12:45')));
    await run('12:47');
    expect(await followed()).toEqual([at('12:47')]);
    const [request] = (await world.requests()).filter(({ scheduleId }) => scheduleId === follower);
    expect(request).toMatchObject({ origin: 'schedule', jobId: world.jobAt(at('12:47'), follower), catchUp: false });
  });

  it('come once, also by a rebuild and two instances', async () => {
    await world.registerDataset();
    for (let n = 0; n < 20; n += 1) await world.defineSchedule({ ...REFRESHED, maxRuns: 5 }, randomUUID());
    world.setTime(at('12:01'));
    await refresh();
    await world.caughtUp();
    const other = world.otherPool();
    await Promise.all([world.loop(projection).runRound(), world.loop(projection, other).runRound()]);
    await world.caughtUp();
    await world.loop(projection).runRound();
    await world.caughtUp();
    await other.end();
    expect(await world.requests()).toHaveLength(20);
    await feed.stop();
    await world.parts.pool.query('TRUNCATE scheduler.due, scheduler.template, scheduler.open_job, scheduler.triggered');
    await world.parts.pool.query(`DELETE FROM event_feed.checkpoint WHERE group_name = 'scheduler'`);
    await feed.start();
    await run('12:02');
    expect(await world.requests()).toHaveLength(20);
    const { rows } = await world.parts.pool.query('SELECT DISTINCT runs FROM scheduler.due');
    expect(rows).toEqual([{ runs: 1 }]);
  });

  it('obey window, most runs and pause', async () => {
    await world.registerDataset();
    await world.defineSchedule({ ...REFRESHED, startsAt: at('12:02'), endsAt: at('12:30'), maxRuns: 2 }, follower);
    const pause = {
      type: 'PauseSchedule',
      scheduleId: follower,
      note: null,
      until: null,
      cause: 'by_hand',
      by: ANNA,
    } as const;
    const resume = {
      type: 'ResumeSchedule',
      scheduleId: follower,
      template: { status: 'active', problems: [] },
      calendar: NO_CALENDAR,
    } as const;
    const refreshAt = async (time: string) => {
      world.setTime(at(time));
      await refresh();
      await run(time);
    };
    await refreshAt('12:01');
    await refreshAt('12:03');
    await world.changeSchedule({ ...pause, at: at('12:04') });
    await refreshAt('12:05');
    await world.changeSchedule({ ...resume, by: ANNA, at: at('12:06') });
    await refreshAt('12:07');
    await refreshAt('12:08');
    expect(await followed()).toEqual([at('12:03'), at('12:07')]);
  });

  it('of a pause that was answered are dropped, also when nobody has told the scheduler', async () => {
    await world.registerDataset();
    await world.defineSchedule(REFRESHED, follower);
    world.setTime(at('12:01'));
    await refresh();
    await world.caughtUp();
    await feed.stop();
    const pause = { type: 'PauseSchedule', note: null, until: null, cause: 'by_hand', by: ANNA } as const;
    await world.changeSchedule({ ...pause, scheduleId: follower, at: world.at() });
    expect(await world.loop(projection).runRound()).toBe(false);
    await feed.start();
    await run('12:01');
    expect(await followed()).toEqual([]);
    const { rows } = await world.parts.pool.query('SELECT * FROM scheduler.triggered');
    expect(rows).toEqual([]);
  });

  it('mind an overlap', async () => {
    await world.registerDataset();
    await world.defineSchedule({ ...REFRESHED, overlap: 'skip' }, follower);
    for (const time of ['12:01', '12:02']) {
      world.setTime(at(time));
      await refresh();
      await run(time);
    }
    expect(await followed()).toEqual([at('12:01')]);
    expect(await world.skips()).toEqual([[at('12:02'), 'overlap']]);
  });

  it('that are late are requested by turns within the window, and skipped beyond', async () => {
    await world.registerDataset();
    await world.defineSchedule({ ...REFRESHED, catchUpMinutes: 10 }, follower);
    for (const time of ['12:01', '12:12']) {
      world.setTime(at(time));
      await refresh();
    }
    await run('12:20');
    expect((await world.requests()).map(({ nominalTime, catchUp }) => [nominalTime, catchUp])).toEqual([
      [at('12:12'), true],
    ]);
    expect(await world.skips()).toEqual([[at('12:01'), 'missed']]);
  });

  it('end a circle after a hundred links', async () => {
    const other = randomUUID();
    await world.registerDataset();
    await world.defineSchedule(REFRESHED, follower);
    await world.defineSchedule(after(follower), other);
    world.setTime(at('12:01'));
    await refresh();
    await run('12:01');
    // Two revisions in the same moment can close a circle that neither saw.
    await world.changeSchedule({
      type: 'ReviseSchedule',
      scheduleId: follower,
      definition: scheduleDefinition(after(other)),
      template: { status: 'active', problems: [] },
      calendar: NO_CALENDAR,
      trigger: 'known',
      by: ANNA,
      at: world.at(),
    });
    let now = Date.parse(at('12:02'));
    world.setTime(() => new Date(now));
    for (let ended = 0; ended <= MOST_LINKS; ended += 1) {
      const request = (await world.requests()).at(ended);
      if (!request) break;
      now += 1000;
      await world.runJob(request.jobId);
      await world.caughtUp();
      await world.loop(projection).runRound();
      await world.caughtUp();
    }
    // The first one, which the dataset began, and a hundred that each followed on another.
    expect(await world.requests()).toHaveLength(MOST_LINKS);
  });
});
