import { NO_CALENDAR, streamOf, type JobEvent } from '#domain';
import { ANNA, scheduleDefinition } from '#domain/testing';
import type { FollowedFeed } from '#event-feed';
import type { ScheduleProjection } from '../projection/schedule-projection';
import { SchedulerWorld } from '../testing/scheduler-world';

const QUARTERLY = { recurrence: { type: 'minutes', every: 15 }, timeZone: 'UTC' } as const;
const at = (time: string) => `2026-11-23T${time}:00.000Z`;

describe('policies of schedules', () => {
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

  /** A round at that time, of which the projection knows all that was before, unless it was stopped. */
  async function run(time: string, isStopped = false): Promise<void> {
    if (!isStopped) await world.caughtUp();
    world.setTime(at(time));
    await world.loop(projection).runRound();
  }

  const statuses = async () => (await world.occurrences()).map(([time, type]) => [time.slice(11, 16), type]);

  describe('overlap', () => {
    it('skip leaves out what is due while an earlier job has not ended, although nobody has told the scheduler', async () => {
      await world.defineSchedule({ ...QUARTERLY, overlap: 'skip' });
      await world.caughtUp();
      // From here on the projection hears nothing: neither of requests nor of ends.
      await followed.stop();
      await run('12:15', true);
      await run('12:30', true);
      await world.startJob(world.jobAt(at('12:15')));
      await run('12:45', true);
      await world.endJob(world.jobAt(at('12:15')));
      await run('13:00', true);
      expect(await statuses()).toEqual([
        ['12:15', 'JobRequested'],
        ['12:30', 'OccurrenceSkipped'],
        ['12:45', 'OccurrenceSkipped'],
        ['13:00', 'JobRequested'],
      ]);
      expect((await world.skips()).map(([, reason]) => reason)).toEqual(['overlap', 'overlap']);
    });

    it('skip minds the jobs from before the policy, which a revision brought', async () => {
      await world.defineSchedule(QUARTERLY);
      await world.caughtUp();
      await run('12:15');
      await run('12:30');
      // As the read model has it: the first one still runs.
      await world.parts.pool.query(
        `INSERT INTO read_model.job_request (job_request_id, batch_type_id, job_input, status, origin, user_id, schedule_id, nominal_time,
                                             time_zone, priority, attempt, max_attempts, requested_at, updated_at, revision)
         VALUES ($1, 4, '{}', 'running', 'schedule', $2, $3, now(), 'UTC', 'normal', 1, 3, now(), now(), 1)`,
        [world.jobAt(at('12:15')), ANNA, world.scheduleId],
      );
      await world.runJob(world.jobAt(at('12:30')));
      await revise({ overlap: 'skip' });
      await run('12:45');
      expect(await world.skips()).toEqual([[at('12:45'), 'overlap']]);
      await world.runJob(world.jobAt(at('12:15')));
      await run('13:00');
      expect((await statuses()).at(-1)).toEqual(['13:00', 'JobRequested']);
    });

    it('queue_one lets one wait, and skips others', async () => {
      await world.defineSchedule({ ...QUARTERLY, overlap: 'queue_one' });
      await world.caughtUp();
      await run('12:15');
      await world.startJob(world.jobAt(at('12:15')));
      await run('12:30');
      await run('12:45');
      expect((await world.requests()).map(({ nominalTime, exclusive }) => [nominalTime, exclusive])).toEqual([
        [at('12:15'), true],
        [at('12:30'), true],
      ]);
      expect(await world.skips()).toEqual([[at('12:45'), 'overlap']]);
    });

    it('queue_all lets all wait', async () => {
      await world.defineSchedule({ ...QUARTERLY, overlap: 'queue_all' });
      await world.caughtUp();
      for (const time of ['12:15', '12:30', '12:45']) await run(time);
      expect((await world.requests()).map(({ exclusive }) => exclusive)).toEqual([true, true, true]);
    });

    it('cancel_running cancels what has not ended, and says why', async () => {
      await world.defineSchedule({ ...QUARTERLY, overlap: 'cancel_running' });
      await world.caughtUp();
      await run('12:15');
      await world.startJob(world.jobAt(at('12:15')));
      await run('12:30');
      expect((await world.requests()).map(({ nominalTime, exclusive }) => [nominalTime, exclusive])).toEqual([
        [at('12:15'), false],
        [at('12:30'), false],
      ]);
      const events = (await world.events(streamOf('job', world.jobAt(at('12:15'))))) as readonly JobEvent[];
      expect(events.at(-1)).toMatchObject({ type: 'JobCancelled', by: 'system:scheduler', reason: expect.any(String) });
      expect((await world.events(streamOf('job', world.jobAt(at('12:30'))))).at(-1)).toMatchObject({
        type: 'JobRequested',
      });
    });
  });

  describe('most runs', () => {
    it('end the schedule, and skipped occurrences do not count', async () => {
      await world.defineSchedule({ ...QUARTERLY, maxRuns: 2, overlap: 'skip' });
      await world.caughtUp();
      for (const time of ['12:15', '12:30']) await run(time);
      await world.runJob(world.jobAt(at('12:15')));
      for (const time of ['12:45', '13:00', '13:15']) await run(time);
      expect(await statuses()).toEqual([
        ['12:15', 'JobRequested'],
        ['12:30', 'OccurrenceSkipped'],
        ['12:45', 'JobRequested'],
      ]);
      await world.caughtUp();
      const { rows } = await world.parts.pool.query('SELECT runs, next_run_at, next_occurrence_at FROM scheduler.due');
      expect(rows).toEqual([{ runs: 2, next_run_at: null, next_occurrence_at: null }]);
    });

    it('leave nothing that comes next, as soon as the last is requested', async () => {
      await world.defineSchedule({ ...QUARTERLY, maxRuns: 1 });
      await world.caughtUp();
      await followed.stop();
      world.setTime(at('12:15'));
      await world.loop(projection).runRound();
      const { rows } = await world.parts.pool.query('SELECT runs, next_run_at, next_occurrence_at FROM scheduler.due');
      expect(rows).toEqual([{ runs: 1, next_run_at: null, next_occurrence_at: null }]);
    });

    it('count from the definition on: a revision may give more', async () => {
      await world.defineSchedule({ ...QUARTERLY, maxRuns: 1 });
      await world.caughtUp();
      for (const time of ['12:15', '12:30']) await run(time);
      await revise({ maxRuns: 2 });
      for (const time of ['12:45', '13:00']) await run(time);
      expect((await world.requests()).map(({ nominalTime }) => nominalTime)).toEqual([at('12:15'), at('12:45')]);
    });
  });

  it('jitter delays the start by up to so many seconds', async () => {
    await world.defineSchedule({ ...QUARTERLY, jitterSeconds: 600 });
    await world.caughtUp();
    await run('12:15');
    const [request] = await world.requests();
    const delay = Date.parse(request?.startAfter ?? '') - Date.parse(at('12:15'));
    expect(delay).toBeGreaterThanOrEqual(0);
    expect(delay).toBeLessThanOrEqual(600_000);
  });

  async function revise(more: Parameters<typeof scheduleDefinition>[0]): Promise<void> {
    await world.changeSchedule({
      type: 'ReviseSchedule',
      scheduleId: world.scheduleId,
      definition: scheduleDefinition({ ...QUARTERLY, ...more }),
      template: { status: 'active', problems: [] },
      calendar: NO_CALENDAR,
      trigger: 'none',
      by: ANNA,
      at: world.at(),
    });
    await world.caughtUp();
  }
});
