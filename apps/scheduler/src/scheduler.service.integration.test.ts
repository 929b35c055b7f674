import { START, toDomainEvent } from '#event-sourcing';
import type { JobEvent } from '#domain';
import { ANNA } from '#domain/testing';
import { SchedulerService } from './scheduler.service';
import { SchedulerWorld } from './testing/scheduler-world';

const EVERY_MINUTE = { recurrence: { type: 'minutes', every: 1 }, timeZone: 'UTC', catchUpMinutes: 0 } as const;

describe('the scheduler as a service', () => {
  let world: SchedulerWorld;
  let service: SchedulerService;

  beforeEach(async () => {
    world = await SchedulerWorld.open('2026-11-23T12:00:00.000Z');
    service = new SchedulerService(world.parts);
    await service.onApplicationBootstrap();
  });

  afterEach(async () => {
    await service.beforeApplicationShutdown();
    await world.close();
  });

  it('wakes at the due time of a schedule that is defined while it sleeps', async () => {
    world.setTime('2026-11-23T12:00:59.750Z');
    await world.createTemplate();
    await world.defineSchedule(EVERY_MINUTE);
    // From here on the clock goes: however long the definition took, it was in time.
    const ahead = Date.parse(world.at()) - Date.now();
    world.setTime(() => new Date(Date.now() + ahead));
    // Gives up long before the loop would wake by itself.
    await world.until(async () => (await world.occurrences()).length > 0);

    const { events } = await world.parts.eventStore.readAll({ after: START, limit: 1, types: ['JobRequested'] });
    const requested = toDomainEvent<Extract<JobEvent, { type: 'JobRequested' }>>(events[0]!);
    expect(requested.request.nominalTime).toBe('2026-11-23T12:01:00.000Z');
    expect(Date.parse(requested.at)).toBeGreaterThanOrEqual(Date.parse('2026-11-23T12:01:00.000Z'));
  });

  it('tells when schedules run next, and reports that it is well', async () => {
    await world.createTemplate();
    await world.defineSchedule(EVERY_MINUTE);
    await world.caughtUp();
    const { pool } = world.parts;
    await pool.query(
      `INSERT INTO read_model.schedule (schedule_id, template_id, owner, name, definition, schedule_frequency, time_zone,
                                        priority, status, revision, created_at, updated_at)
       VALUES ($1, $2, $3, 'Each minute', '{}', 'minutes', 'UTC', 'normal', 'active', 0, now(), now())`,
      [world.scheduleId, world.templateId, ANNA],
    );
    const { rows } = await pool.query('SELECT * FROM read_model.self_service_schedule');
    expect(rows).toEqual([
      {
        template_id: world.templateId,
        schedule_frequency: 'minutes',
        next_run_time: new Date('2026-11-23T12:01:00.000Z'),
        user_id: ANNA,
        schedule_id: world.scheduleId,
        name: 'Each minute',
        time_zone: 'UTC',
        status: 'active',
        priority: 'normal',
      },
    ]);
    const { checks } = await world.parts.health.report();
    expect(checks).toContainEqual({ name: 'scheduler', problem: null });
  });
});
