import { NO_CALENDAR, streamOf } from '#domain';
import { ANNA, DATASET_ID, FLIGHTS, scheduleDefinition } from '#domain/testing';
import type { FollowedFeed } from '#event-feed';
import type { ScheduleProjection } from '../projection/schedule-projection';
import { SchedulerWorld } from '../testing/scheduler-world';

const QUARTERLY = { recurrence: { type: 'minutes', every: 15 }, timeZone: 'UTC' } as const;
const at = (time: string) => `2026-11-23T${time}:00.000Z`;

describe('pauses and resumptions of the scheduler', () => {
  let world: SchedulerWorld;
  let projection: ScheduleProjection;
  let followed: FollowedFeed;

  beforeEach(async () => {
    world = await SchedulerWorld.open(at('12:00'));
    projection = world.projection();
    followed = world.follow(projection);
    await world.createTemplate();
    await followed.start();
  });

  afterEach(async () => {
    await followed.stop();
    await world.close();
  });

  async function run(time: string, loops = [world.loop(projection)]): Promise<void> {
    await world.caughtUp();
    world.setTime(at(time));
    await Promise.all(loops.map((loop) => loop.runRound()));
    await world.caughtUp();
  }

  const history = async () => (await world.events(streamOf('schedule', world.scheduleId))).slice(1);

  describe('after failures', () => {
    it('pause a schedule once that many jobs in a row have failed, with the last failure, once', async () => {
      await world.defineSchedule({ ...QUARTERLY, pauseAfterFailures: 2 });
      for (const [time, failure] of [
        ['12:15', 'The query failed.'],
        ['12:30', null],
        ['12:45', 'The query failed.'],
        ['13:00', 'The disk is full.'],
      ] as const) {
        await run(time);
        await world.runJob(world.jobAt(at(time)), failure);
      }
      const other = world.otherPool();
      await run('13:05', [world.loop(projection), world.loop(projection, other)]);
      await run('13:15');
      await other.end();
      expect(await history()).toEqual([
        {
          type: 'SchedulePaused',
          scheduleId: world.scheduleId,
          note: '2 jobs in a row failed. The last one: The disk is full.',
          until: null,
          cause: 'failures',
          by: 'system:scheduler',
          at: at('13:05'),
        },
      ]);
      expect(await world.requests()).toHaveLength(4);
    });

    it('count from a resumption anew, and cancelled jobs do not count', async () => {
      await world.defineSchedule({ ...QUARTERLY, pauseAfterFailures: 2 });
      await run('12:15');
      await world.runJob(world.jobAt(at('12:15')), 'The query failed.');
      await pause(null);
      await world.changeSchedule({
        type: 'ResumeSchedule',
        scheduleId: world.scheduleId,
        template: { status: 'active', problems: [] },
        calendar: NO_CALENDAR,
        by: ANNA,
        at: world.at(),
      });
      await run('12:30');
      await world.runJob(world.jobAt(at('12:30')), 'The query failed.');
      await run('12:45');
      await world.changeJob({
        type: 'CancelJob',
        jobId: world.jobAt(at('12:45')),
        by: ANNA,
        reason: null,
        at: world.at(),
      });
      await run('12:50');
      expect((await history()).map(({ type }) => type)).toEqual(['SchedulePaused', 'ScheduleResumed']);
      await run('13:00');
      await world.runJob(world.jobAt(at('13:00')), 'The query failed.');
      await run('13:05');
      expect((await history()).at(-1)).toMatchObject({ type: 'SchedulePaused', cause: 'failures' });
    });

    it('do not count past a revision, also when the scheduler had no time to pause before it', async () => {
      await world.defineSchedule({ ...QUARTERLY, pauseAfterFailures: 1 });
      await run('12:15');
      await world.runJob(world.jobAt(at('12:15')), 'The query failed.');
      await world.changeSchedule({
        type: 'ReviseSchedule',
        scheduleId: world.scheduleId,
        definition: scheduleDefinition({ ...QUARTERLY, pauseAfterFailures: 1, priority: 'low' }),
        template: { status: 'active', problems: [] },
        calendar: NO_CALENDAR,
        trigger: 'none',
        by: ANNA,
        at: world.at(),
      });
      await run('12:20');
      expect((await history()).map(({ type }) => type)).toEqual(['ScheduleRevised']);
    });
  });

  describe('until a time', () => {
    it('resume at that time, and what fell due between it and the resumption is made up for', async () => {
      await world.registerDataset();
      await world.defineSchedule({ ...QUARTERLY, catchUpMinutes: 120 });
      await pause(at('12:50'));
      await run('12:45');
      // The scheduler was away when the pause ended.
      const other = world.otherPool();
      await run('13:20', [world.loop(projection), world.loop(projection, other)]);
      await other.end();
      expect((await history()).slice(1)).toEqual([
        { type: 'ScheduleResumed', scheduleId: world.scheduleId, by: 'system:scheduler', at: at('12:50') },
      ]);
      await run('13:21');
      await run('13:22');
      expect((await world.requests()).map(({ nominalTime }) => nominalTime)).toEqual([at('13:00'), at('13:15')]);
    });

    it('stay paused for good, and say so once, when the template cannot run any more', async () => {
      await world.defineSchedule(QUARTERLY);
      await pause(at('12:50'));
      await world.changeTemplate({ type: 'ArchiveTemplate', templateId: world.templateId, by: ANNA, at: world.at() });
      await run('12:50');
      await run('12:51');
      expect((await history()).slice(1)).toEqual([
        {
          type: 'SchedulePaused',
          scheduleId: world.scheduleId,
          note: 'It did not resume: its template is archived. Restore it, then resume the schedule.',
          until: null,
          cause: 'by_hand',
          by: 'system:scheduler',
          at: at('12:50'),
        },
      ]);
    });

    it('stay paused when the dataset has lost a column of the template', async () => {
      await world.registerDataset();
      await world.defineSchedule(QUARTERLY);
      await pause(at('12:50'));
      const [first] = FLIGHTS.columns;
      await world.changeDataset({
        type: 'ReviseDataset',
        datasetId: DATASET_ID,
        definition: { ...FLIGHTS, columns: first ? [{ ...first, name: 'another' }] : [] },
        at: world.at(),
      });
      await run('12:50');
      expect((await history()).at(-1)).toMatchObject({ type: 'SchedulePaused', until: null });
    });
  });

  async function pause(until: string | null): Promise<void> {
    await world.changeSchedule({
      type: 'PauseSchedule',
      scheduleId: world.scheduleId,
      note: null,
      until,
      cause: 'by_hand',
      by: ANNA,
      at: world.at(),
    });
  }
});
