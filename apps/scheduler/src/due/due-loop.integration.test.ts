import { NO_CALENDAR, streamOf, type JobEvent } from '#domain';
import { ANNA } from '#domain/testing';
import type { FollowedFeed } from '#event-feed';
import { START, STORE_SOURCE } from '#event-sourcing';
import { SCHEDULER_GROUP, ScheduleProjection } from '../projection/schedule-projection';
import { failingAt } from '../testing/failing-pool';
import { SchedulerWorld } from '../testing/scheduler-world';

/** Every quarter of an hour in UTC. */
const QUARTERLY = { recurrence: { type: 'minutes', every: 15 }, timeZone: 'UTC', catchUpMinutes: 60 } as const;

describe('the due loop', () => {
  let world: SchedulerWorld;
  let projection: ScheduleProjection;
  let followed: FollowedFeed;

  beforeEach(async () => {
    world = await SchedulerWorld.open('2026-11-23T12:00:00.000Z');
    projection = world.projection();
    followed = world.follow(projection);
    await world.createTemplate();
  });

  afterEach(async () => {
    await followed.stop();
    await world.close();
  });

  async function begin(): Promise<void> {
    await followed.start();
    await world.caughtUp();
  }

  it('requests an occurrence with the whole input of the job, and not the one at its own definition', async () => {
    await world.defineSchedule({ ...QUARTERLY, priority: 'high' });
    await begin();
    const loop = world.loop(projection);
    await loop.runRound();
    expect(await world.occurrences()).toEqual([]);

    world.setTime('2026-11-23T12:15:00.020Z');
    await loop.runRound();
    expect(await world.occurrences()).toEqual([['2026-11-23T12:15:00.000Z', 'JobRequested']]);

    const { events } = await world.parts.eventStore.readAll({ after: 0n, limit: 10, types: ['JobRequested'] });
    const [event] = events as unknown as [{ metadata: object; data: JobEvent & { type: 'JobRequested' } }];
    expect(event.metadata).toMatchObject({ actor: 'system:scheduler', causationId: null });
    expect(event.data).toMatchObject({
      at: '2026-11-23T12:15:00.020Z',
      request: {
        origin: 'schedule',
        batchTypeId: 4,
        owner: ANNA,
        priority: 'high',
        templateId: world.templateId,
        templateRevision: 0,
        scheduleId: world.scheduleId,
        scheduleRevision: 0,
        nominalTime: '2026-11-23T12:15:00.000Z',
        timeZone: 'UTC',
        maxAttempts: 3,
        input: { templateId: world.templateId, dynamicMapping: true },
      },
    });
  });

  it('requests each occurrence once when two instances run at the same time', async () => {
    for (let n = 0; n < 1200; n += 1) await world.defineSchedule(QUARTERLY, uuid(n));
    await begin();
    world.setTime('2026-11-23T12:15:00.000Z');
    const other = world.otherPool();
    await Promise.all([world.loop(projection).runRound(), world.loop(projection, other).runRound()]);
    await other.end();
    const occurrences = await world.occurrences();
    expect(occurrences).toHaveLength(1200);
    const { rows } = await world.parts.pool.query('SELECT DISTINCT next_run_at FROM scheduler.due');
    expect(rows).toEqual([{ next_run_at: new Date('2026-11-23T12:30:00.000Z') }]);
  });

  it('obeys a pause that was answered although the projection has not heard of it', async () => {
    await world.defineSchedule(QUARTERLY);
    await begin();
    await followed.stop();
    world.setTime('2026-11-23T12:15:01.000Z');
    await pause();
    expect(await world.loop(projection).runRound()).toBe(false);
    expect(await world.occurrences()).toEqual([]);

    await begin();
    expect(await world.loop(projection).runRound()).toBe(true);
    expect(await world.occurrences()).toEqual([]);
  });

  it('requests nothing that fell due while the schedule was paused', async () => {
    await world.defineSchedule(QUARTERLY);
    await pause();
    world.setTime('2026-11-23T12:20:00.000Z');
    await world.changeSchedule({
      type: 'ResumeSchedule',
      scheduleId: world.scheduleId,
      template: { status: 'active', problems: [] },
      calendar: NO_CALENDAR,
      by: ANNA,
      at: world.at(),
    });
    await begin();
    world.setTime('2026-11-23T12:30:00.000Z');
    await world.loop(projection).runRound();
    expect(await world.occurrences()).toEqual([['2026-11-23T12:30:00.000Z', 'JobRequested']]);
  });

  it('catches up within the window and skips the older ones as one stretch', async () => {
    await world.defineSchedule(QUARTERLY);
    await begin();
    world.setTime('2026-11-23T18:05:00.000Z');
    await world.loop(projection).runRound();
    expect((await world.occurrences()).map(([nominalTime]) => nominalTime.slice(11, 16))).toEqual([
      '17:15',
      '17:30',
      '17:45',
      '18:00',
    ]);
    expect((await world.events(streamOf('schedule', world.scheduleId))).slice(1)).toEqual([
      {
        type: 'OccurrencesSkipped',
        scheduleId: world.scheduleId,
        from: '2026-11-23T12:15:00.000Z',
        to: '2026-11-23T17:00:00.000Z',
        count: 20,
        reason: 'missed',
        at: '2026-11-23T18:05:00.000Z',
      },
    ]);
    // The scheduler's own event does not make its row look stale.
    await world.caughtUp();
    world.setTime('2026-11-23T18:15:00.000Z');
    expect(await world.loop(projection).runRound()).toBe(true);
    expect(await world.occurrences()).toHaveLength(5);
  });

  it('skips an occurrence whose template is archived', async () => {
    await world.defineSchedule(QUARTERLY);
    await world.changeTemplate({ type: 'ArchiveTemplate', templateId: world.templateId, by: ANNA, at: world.at() });
    await begin();
    world.setTime('2026-11-23T12:15:00.000Z');
    await world.loop(projection).runRound();
    expect(await world.occurrences()).toEqual([['2026-11-23T12:15:00.000Z', 'OccurrenceSkipped']]);
    const { events } = await world.parts.eventStore.readAll({ after: 0n, limit: 1, types: ['OccurrenceSkipped'] });
    expect(events[0]?.data).toMatchObject({ reason: 'template_archived' });
  });

  it('doubles nothing after a crash between the append and the move of the row', async () => {
    await world.defineSchedule(QUARTERLY);
    await begin();
    // Nobody but the loop itself can find out what was appended.
    await followed.stop();
    world.setTime('2026-11-23T12:15:05.000Z');
    await expect(world.loop(projection, failingAt(world.parts.pool, 'move-due')).runRound()).rejects.toThrow('crash');
    expect(await world.occurrences()).toEqual([['2026-11-23T12:15:00.000Z', 'JobRequested']]);

    expect(await world.loop(projection).runRound()).toBe(true);
    expect(await world.occurrences()).toEqual([['2026-11-23T12:15:00.000Z', 'JobRequested']]);
    const { rows } = await world.parts.pool.query('SELECT next_run_at FROM scheduler.due');
    expect(rows).toEqual([{ next_run_at: new Date('2026-11-23T12:30:00.000Z') }]);
  });

  it('requests and skips nothing anew when its tables are rebuilt', async () => {
    await world.defineSchedule(QUARTERLY);
    await begin();
    for (const time of ['12:15', '12:30', '12:45', '13:00', '13:15', '13:30', '13:45', '14:00']) {
      world.setTime(`2026-11-23T${time}:00.000Z`);
      await world.loop(projection).runRound();
      await world.caughtUp();
    }
    await followed.stop();
    const before = await world.parts.eventStore.head();

    await world.parts.pool.query('TRUNCATE scheduler.due, scheduler.template');
    await world.parts.pool.query('DELETE FROM event_feed.checkpoint WHERE group_name = $1', [SCHEDULER_GROUP]);
    // Half way through the rebuild the row looks two hours late.
    await beginRebuild(2);
    const { rows } = await world.parts.pool.query('SELECT next_run_at FROM scheduler.due');
    expect(rows).toEqual([{ next_run_at: new Date('2026-11-23T12:15:00.000Z') }]);
    expect(await world.loop(projection).runRound()).toBe(false);
    await begin();
    expect(await world.loop(projection).runRound()).toBe(true);
    expect(await world.parts.eventStore.head()).toBe(before);
  });

  /** Applies only the first events, as a rebuild that is under way would have. */
  async function beginRebuild(count: number): Promise<void> {
    const { events } = await world.parts.eventStore.readAll({ after: START, limit: count });
    await world.projection().handle({
      source: STORE_SOURCE,
      events,
      previous: { position: START, offset: null },
      checkpoint: { position: events.at(-1)?.position ?? START, offset: null },
    });
  }

  async function pause(): Promise<void> {
    await world.changeSchedule({
      type: 'PauseSchedule',
      scheduleId: world.scheduleId,
      note: null,
      until: null,
      cause: 'by_hand',
      by: ANNA,
      at: world.at(),
    });
  }
});

function uuid(n: number) {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as const;
}
