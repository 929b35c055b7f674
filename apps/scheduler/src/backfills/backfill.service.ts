import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { FollowedFeed } from '#event-feed';
import { PARTS, RoundLoop, type Parts } from '#runtime';
import { BackfillProjection } from './backfill-projection';
import { runBackfills } from './backfill-round';
import { BACKFILL_CHANNEL } from './backfill-table';

/** A lost notification costs at most this much. */
const LOOK_AGAIN_MS = 60_000;

/** Follows backfills and moves them on for as long as the application runs. */
@Injectable()
export class BackfillService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: Parts;
  readonly #followed: FollowedFeed;
  readonly #loop: RoundLoop;
  #unlisten: (() => Promise<void>) | undefined;

  constructor(@Inject(PARTS) parts: Parts) {
    const logger = parts.logger.child({ app: 'scheduler' });
    const { pool, eventStore, storeFeed, clock, settings } = parts;
    this.#parts = parts;
    this.#followed = new FollowedFeed(new BackfillProjection(pool), { eventFeed: storeFeed, eventStore, logger });
    const backfills = { pool, eventStore, clock, logger, maxAttempts: settings.EXPORT_MAX_ATTEMPTS };
    this.#loop = new RoundLoop({
      runRound: async () => {
        await runBackfills(backfills, () => !this.#loop.isStopped);
        return LOOK_AGAIN_MS;
      },
      logger,
      failure: {
        problem: 'backfills do not move on; see the log',
        code: 'scheduler.backfill_failed',
        message: 'backfill round failed',
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#parts.health.register('backfills', async () => (await this.#followed.problem()) ?? this.#loop.problem);
    // One instance follows the events, every instance hears that there may be something to do.
    this.#unlisten = await this.#parts.notifications.listen(BACKFILL_CHANNEL, () => this.#loop.wake());
    await this.#followed.start();
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#unlisten?.();
    await this.#loop.stop();
    await this.#followed.stop();
  }
}
