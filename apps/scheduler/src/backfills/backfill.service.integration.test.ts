import { HealthChecks } from '#platform';
import { BackfillWorld } from '../testing/backfill-world';
import { BackfillService } from './backfill.service';

const TIMES = ['08:00', '08:15', '08:30', '08:45', '09:00'] as const;

describe('backfills as a service', () => {
  let backfills: BackfillWorld;
  let services: readonly BackfillService[];

  beforeEach(async () => {
    backfills = await BackfillWorld.open();
    // As two schedulers would have it, each with a health of its own.
    const { parts } = backfills.world;
    services = [parts, { ...parts, health: new HealthChecks() }].map((each) => new BackfillService(each));
    for (const service of services) await service.onApplicationBootstrap();
  });
  afterEach(async () => {
    for (const service of services) await service.beforeApplicationShutdown();
    await backfills.close();
  });

  it('moves on as jobs end, one at a time, and completes once', async () => {
    const { world } = backfills;
    await backfills.start('09:00', 1);
    for (const [place, time] of TIMES.entries()) {
      await world.until(async () => (await backfills.jobs(time))[0] === 'requested');
      expect(await world.occurrences()).toHaveLength(place + 1);
      await backfills.finish(time);
    }
    await world.until(async () => (await backfills.events()).length > 1);
    expect(await backfills.events()).toEqual(['BackfillStarted', 'BackfillCompleted']);
    const { checks } = await world.parts.health.report();
    expect(checks).toContainEqual({ name: 'backfills', problem: null });
  });

  it('cancels what waits as soon as the backfill is cancelled', async () => {
    await backfills.start('09:00', 2);
    await backfills.world.until(async () => (await backfills.jobs('08:15'))[0] === 'requested');
    await backfills.cancel(false);
    await backfills.world.until(async () => (await backfills.jobs('08:00', '08:15')).join() === 'cancelled,cancelled');
    expect(await backfills.jobs('08:30')).toEqual(['absent']);
  });
});
