import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CHECKPOINT_CHANNEL, FollowedFeed } from '#event-feed';
import { PARTS, type Parts } from '#runtime';
import { DueLoop } from './due/due-loop';
import { NextTimes } from './due/next-times';
import { KnownCalendars } from './projection/known-calendars';
import { SCHEDULER_GROUP, ScheduleProjection } from './projection/schedule-projection';
import { adoptTimeZoneData } from './time-zones/time-zone-data';

/** Runs the schedule projection and the due loop for as long as the application runs. */
@Injectable()
export class SchedulerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: Parts;
  readonly #followed: FollowedFeed;
  readonly #loop: DueLoop;
  readonly #times = new NextTimes();
  readonly #calendars = new KnownCalendars();
  #unlisten: (() => Promise<void>) | undefined;

  constructor(@Inject(PARTS) parts: Parts) {
    const logger = parts.logger.child({ app: 'scheduler' });
    const times = this.#times;
    const calendars = this.#calendars;
    const { pool, eventStore, storeFeed, clock } = parts;
    this.#parts = parts;
    const projection = new ScheduleProjection({ pool, eventStore, logger }, times, calendars);
    this.#followed = new FollowedFeed(projection, { eventFeed: storeFeed, eventStore, logger });
    this.#loop = new DueLoop({
      pool,
      eventStore,
      clock,
      logger,
      times,
      calendars,
      maxAttempts: parts.settings.EXPORT_MAX_ATTEMPTS,
      catchUpPerMinute: parts.settings.CATCH_UP_PER_MINUTE,
      hasCaughtUp: () => projection.hasCaughtUp(),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#parts.health.register('scheduler', async () => (await this.#followed.problem()) ?? this.#loop.problem);
    // One instance maintains the due table, every instance hears that it was maintained.
    this.#unlisten = await this.#parts.notifications.listen(CHECKPOINT_CHANNEL, (group) => {
      if (group === SCHEDULER_GROUP || group === '') this.#loop.wake();
    });
    const { pool, clock, logger } = this.#parts;
    const zones = { pool, clock, logger, times: this.#times, calendars: this.#calendars };
    await adoptTimeZoneData(zones, process.versions.tz ?? 'unknown');
    await this.#followed.start();
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#unlisten?.();
    await this.#loop.stop();
    await this.#followed.stop();
  }
}
