import { jobFailure, streamOf, type JobEvent } from '#domain';
import { ANNA, FLIGHTS_STATE, retryPolicy, templateDefinition } from '#domain/testing';
import { toDomainEvent } from '#event-sourcing';
import { BackfillWorld } from '../testing/backfill-world';
import { failingAt } from '../testing/failing-pool';
import { BACKFILLS_GROUP } from './backfill-projection';

/** The times of a backfill up to 09:00. */
const TIMES = ['08:00', '08:15', '08:30', '08:45', '09:00'] as const;

describe('a round of backfills', () => {
  let backfills: BackfillWorld;

  beforeEach(async () => {
    backfills = await BackfillWorld.open();
    await backfills.followed.start();
  });
  afterEach(() => backfills.close());

  async function begin(concurrency: number): Promise<void> {
    await backfills.start('09:00', concurrency);
    await backfills.caughtUp();
    await backfills.round();
  }

  async function heard(): Promise<void> {
    await backfills.caughtUp();
    await backfills.round();
  }

  it('requests as many jobs as may be open at a time, the oldest first, and completes once all have ended', async () => {
    await begin(2);
    expect(await backfills.jobs(...TIMES)).toEqual(['requested', 'requested', 'absent', 'absent', 'absent']);
    await backfills.round();
    expect(await backfills.jobs('08:30')).toEqual(['absent']);

    await backfills.finish('08:15');
    await heard();
    expect(await backfills.jobs(...TIMES)).toEqual(['requested', 'completed', 'requested', 'absent', 'absent']);

    const at = backfills.world.at();
    await backfills.changeJob({ type: 'CancelJob', jobId: backfills.jobId('08:00'), by: ANNA, reason: null, at });
    await backfills.changeJob({ type: 'ExpireJob', jobId: backfills.jobId('08:30'), reason: 'deadline', at });
    await heard();
    const failure = jobFailure('data_source.failed', 'The query failed.');
    await backfills.run('08:45');
    const end = { attempt: 1, failure, policy: retryPolicy(), chance: 0, at };
    await backfills.changeJob({ type: 'FailAttempt', jobId: backfills.jobId('08:45'), ...end });
    await heard();
    expect(await backfills.events()).toEqual(['BackfillStarted']);
    await backfills.finish('09:00');
    await heard();
    await heard();
    const events = await backfills.world.events(streamOf('backfill', backfills.backfillId));
    expect(events.slice(1)).toEqual([
      {
        type: 'BackfillCompleted',
        backfillId: backfills.backfillId,
        ...{ completed: 2, failed: 1, cancelled: 1, expired: 1 },
        at,
      },
    ]);
    const { rows } = await backfills.world.parts.pool.query('SELECT 1 FROM scheduler.backfill');
    expect(rows).toEqual([]);
  });

  it('asks for each with its nominal time, for the owner, below what is due, and settles nothing of the schedule', async () => {
    const { world } = backfills;
    const schedules = world.follow(world.projection());
    await schedules.start();
    await begin(1);
    await world.caughtUp();
    await schedules.stop();
    const { rows } = await world.parts.pool.query('SELECT settled_to, next_run_at FROM scheduler.due');
    expect(rows).toEqual([{ settled_to: null, next_run_at: new Date('2026-11-23T12:15:00.000Z') }]);

    const [event] = await world.parts.eventStore.readStream(streamOf('job', backfills.jobId('08:00')));
    expect(event?.metadata).toMatchObject({ actor: 'system:scheduler', correlationId: backfills.backfillId });
    expect(toDomainEvent<JobEvent>(event!)).toMatchObject({
      type: 'JobRequested',
      request: {
        jobId: backfills.jobId('08:00'),
        origin: 'backfill',
        backfillId: backfills.backfillId,
        owner: ANNA,
        templateId: world.templateId,
        templateRevision: 0,
        scheduleId: world.scheduleId,
        scheduleRevision: 0,
        nominalTime: '2026-10-01T08:00:00.000Z',
        timeZone: 'UTC',
        priority: 'low',
        maxAttempts: 3,
        catchUp: true,
        exclusive: false,
        input: { additionalConfig: { nominalTime: '2026-10-01T08:00:00.000Z', timeZone: 'UTC' } },
      },
    });
  });

  it('makes all its reports from the template as it was at the start', async () => {
    await begin(1);
    const { world } = backfills;
    await world.changeTemplate({
      type: 'ReviseTemplate',
      templateId: world.templateId,
      details: { name: 'Other flights', description: null, tags: [] },
      definition: templateDefinition({ rowLimit: 7 }),
      restoredRevision: null,
      dataset: FLIGHTS_STATE,
      by: ANNA,
      at: world.at(),
    });
    await backfills.finish('08:00');
    await heard();
    expect(await backfills.job('08:15')).toMatchObject({
      request: { templateRevision: 0, input: { additionalConfig: { templateName: 'Late flights', rowLimit: null } } },
    });
  });

  it('requests no more than that when two instances are at it at the same time', async () => {
    await backfills.start('12:00', 5);
    await backfills.caughtUp();
    const other = backfills.world.otherPool();
    await Promise.all([backfills.round(), backfills.round(other), backfills.round(), backfills.round(other)]);
    await other.end();
    expect((await backfills.world.occurrences()).map(([time]) => time.slice(11, 16))).toEqual([...TIMES]);
  });

  describe('after a crash between the append and the move', () => {
    const crash = async () => {
      await backfills.start('09:00', 2);
      await backfills.caughtUp();
      const pool = failingAt(backfills.world.parts.pool, 'move-backfill');
      await expect(backfills.round(pool)).rejects.toThrow('crash');
      expect(await backfills.jobs(...TIMES)).toEqual(['requested', 'requested', 'absent', 'absent', 'absent']);
    };

    it('doubles nothing, though the projection has not heard of the jobs', async () => {
      // Nobody but the round itself can find out what was appended.
      await backfills.start('09:00', 2);
      await backfills.caughtUp();
      await backfills.followed.stop();
      await expect(backfills.round(failingAt(backfills.world.parts.pool, 'move-backfill'))).rejects.toThrow('crash');
      await backfills.round();
      expect(await backfills.jobs(...TIMES)).toEqual(['requested', 'requested', 'absent', 'absent', 'absent']);
      await backfills.finish('08:00');
      await backfills.followed.start();
      await heard();
      expect(await backfills.jobs(...TIMES)).toEqual(['completed', 'requested', 'requested', 'absent', 'absent']);
      expect(await backfills.world.occurrences()).toHaveLength(3);
    });

    it('loses nothing, though the jobs have ended before anybody moved on', async () => {
      await crash();
      await backfills.finish('08:00');
      await backfills.finish('08:15');
      await heard();
      expect(await backfills.jobs(...TIMES)).toEqual(['completed', 'completed', 'requested', 'requested', 'absent']);
    });

    it('completes once, whether or not the projection has heard of it', async () => {
      await begin(5);
      for (const time of TIMES) await backfills.finish(time);
      await backfills.caughtUp();
      await backfills.followed.stop();
      await expect(backfills.round(failingAt(backfills.world.parts.pool, 'remove-backfill'))).rejects.toThrow('crash');
      await backfills.round();
      await backfills.followed.start();
      await heard();
      expect(await backfills.events()).toEqual(['BackfillStarted', 'BackfillCompleted']);
      const { rows } = await backfills.world.parts.pool.query('SELECT 1 FROM scheduler.backfill');
      expect(rows).toEqual([]);
    });

    it('cancels the jobs that were appended, though the cancel came before the projection heard of them', async () => {
      await crash();
      await backfills.cancel(false);
      await heard();
      expect(await backfills.jobs(...TIMES)).toEqual(['cancelled', 'cancelled', 'absent', 'absent', 'absent']);
    });
  });

  describe('of a backfill that was cancelled', () => {
    it('requests nothing, although the projection has not heard of it', async () => {
      await backfills.start('09:00', 2);
      await backfills.caughtUp();
      await backfills.followed.stop();
      await backfills.cancel(false);
      await backfills.round();
      expect(await backfills.world.occurrences()).toEqual([]);
    });

    it('cancels what waits and leaves alone what runs, until that is to be cancelled too', async () => {
      await begin(3);
      await backfills.run('08:15');
      await backfills.run('08:30');
      const failure = jobFailure('data_source.unreachable', 'The source does not answer.');
      const failed = { attempt: 1, failure, policy: retryPolicy(), chance: 0, at: backfills.world.at() };
      await backfills.changeJob({ type: 'FailAttempt', jobId: backfills.jobId('08:30'), ...failed });
      await backfills.cancel(false);
      await heard();
      expect(await backfills.jobs(...TIMES)).toEqual(['cancelled', 'running', 'cancelled', 'absent', 'absent']);
      const [, cancelled] = await backfills.world.events(streamOf('job', backfills.jobId('08:00')));
      expect(cancelled).toMatchObject({ by: 'system:scheduler', reason: 'The backfill was cancelled.' });
      const before = await backfills.world.parts.eventStore.head();
      await heard();
      expect(await backfills.world.parts.eventStore.head()).toBe(before);

      await backfills.cancel(true);
      await heard();
      expect(await backfills.jobs('08:15')).toEqual(['cancelled']);
      await heard();
      const { rows } = await backfills.world.parts.pool.query('SELECT 1 FROM scheduler.backfill_job');
      expect(rows).toEqual([]);
      expect(await backfills.events()).toEqual(['BackfillStarted', 'BackfillCancelled', 'BackfillCancelled']);
    });
  });

  it.each(['schedule_removed', 'template_archived'])('cancels a backfill that cannot go on: %s', async (cause) => {
    await begin(1);
    const { world } = backfills;
    const by = { by: ANNA, at: world.at() };
    if (cause === 'schedule_removed') {
      await world.changeSchedule({ type: 'RemoveSchedule', scheduleId: world.scheduleId, ...by });
    } else {
      await world.changeTemplate({ type: 'ArchiveTemplate', templateId: world.templateId, ...by });
    }
    await backfills.finish('08:00');
    await heard();
    expect((await world.events(streamOf('backfill', backfills.backfillId))).slice(1)).toEqual([
      {
        type: 'BackfillCancelled',
        backfillId: backfills.backfillId,
        ...{ cancelRunning: false, cause, by: 'system:scheduler', at: world.at() },
      },
    ]);
    expect(await backfills.jobs('08:15')).toEqual(['absent']);
  });

  it('goes on while the schedule is paused', async () => {
    await begin(1);
    const { world } = backfills;
    const pause = { note: null, until: null, cause: 'by_hand', by: ANNA, at: world.at() } as const;
    await world.changeSchedule({ type: 'PauseSchedule', scheduleId: world.scheduleId, ...pause });
    await backfills.finish('08:00');
    await heard();
    expect(await backfills.jobs('08:15')).toEqual(['requested']);
  });

  it('requests and ends nothing anew when the tables are rebuilt', async () => {
    await begin(2);
    await backfills.finish('08:00');
    await heard();
    await backfills.finish('08:30');
    await backfills.followed.stop();
    const { pool, eventStore } = backfills.world.parts;
    const before = await eventStore.head();
    await pool.query('TRUNCATE scheduler.backfill CASCADE');
    await pool.query('DELETE FROM event_feed.checkpoint WHERE group_name = $1', [BACKFILLS_GROUP]);
    await backfills.round();
    await backfills.followed.start();
    await backfills.caughtUp();
    expect(await eventStore.head()).toBe(before);
    expect((await pool.query('SELECT requested, total FROM scheduler.backfill')).rows).toEqual([
      { requested: 3, total: 5 },
    ]);
    await backfills.round();
    expect(await backfills.jobs(...TIMES)).toEqual(['completed', 'requested', 'completed', 'requested', 'absent']);
  });
});
