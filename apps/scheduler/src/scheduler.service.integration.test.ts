import { START, toDomainEvent } from '#event-sourcing';
import type { JobEvent } from '#domain';
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

  it('wakes at the due time of a schedule that is defined while it sleeps, and requests it at once', async () => {
    // A clock that goes, a quarter of a second before the next minute.
    const ahead = Date.parse('2026-11-23T12:00:59.750Z') - Date.now();
    world.setTime(() => new Date(Date.now() + ahead));
    await world.createTemplate();
    await world.defineSchedule(EVERY_MINUTE);
    await world.until(async () => (await world.occurrences()).length > 0);

    const { events } = await world.parts.eventStore.readAll({ after: START, limit: 1, types: ['JobRequested'] });
    const requested = toDomainEvent<Extract<JobEvent, { type: 'JobRequested' }>>(events[0]!);
    expect(requested.request.nominalTime).toBe('2026-11-23T12:01:00.000Z');
    expect(Date.parse(requested.at)).toBeGreaterThanOrEqual(Date.parse('2026-11-23T12:01:00.000Z'));
    expect(Date.parse(requested.at)).toBeLessThan(Date.parse('2026-11-23T12:01:02.000Z'));
  });

  it('tells when schedules run next, and reports that it is well', async () => {
    await world.createTemplate();
    await world.defineSchedule(EVERY_MINUTE);
    await world.caughtUp();
    const { rows } = await world.parts.pool.query('SELECT schedule_id, next_run_at FROM scheduler.due');
    expect(rows).toEqual([{ schedule_id: world.scheduleId, next_run_at: new Date('2026-11-23T12:01:00.000Z') }]);
    const { checks } = await world.parts.health.report();
    expect(checks).toContainEqual({ name: 'scheduler', problem: null });
  });
});
