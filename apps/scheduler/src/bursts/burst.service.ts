import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { RecipientStore, UserStore } from '#access';
import { AllowedDomains } from '#delivery-channels';
import { FollowedFeed } from '#event-feed';
import { PARTS, RoundLoop, type Parts } from '#runtime';
import { BurstProjection } from './burst-projection';
import { expandLists, type BurstParts } from './burst-round';
import { BURST_CHANNEL } from './burst-table';

/** A lost notification costs at most this much. */
const LOOK_AGAIN_MS = 60_000;

/** Follows bursts and expands their lists for as long as the application runs. */
@Injectable()
export class BurstService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: Parts;
  readonly #followed: FollowedFeed;
  readonly #loop: RoundLoop;
  #unlisten: (() => Promise<void>) | undefined;

  constructor(@Inject(PARTS) parts: Parts) {
    const logger = parts.logger.child({ app: 'scheduler' });
    const { pool, eventStore, storeFeed } = parts;
    this.#parts = parts;
    const projection = new BurstProjection(pool, eventStore);
    this.#followed = new FollowedFeed(projection, { eventFeed: storeFeed, eventStore, logger });
    const bursts = burstParts({ ...parts, logger });
    this.#loop = new RoundLoop({
      runRound: async () => {
        const nextMs = await expandLists(bursts, () => !this.#loop.isStopped);
        return Math.min(nextMs ?? LOOK_AGAIN_MS, LOOK_AGAIN_MS);
      },
      logger,
      failure: {
        problem: 'lists are not expanded; see the log',
        code: 'scheduler.burst_failed',
        message: 'burst round failed',
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#parts.health.register('bursts', async () => (await this.#followed.problem()) ?? this.#loop.problem);
    // One instance follows the events, every instance hears that there may be something to do.
    this.#unlisten = await this.#parts.notifications.listen(BURST_CHANNEL, () => this.#loop.wake());
    await this.#followed.start();
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#unlisten?.();
    await this.#loop.stop();
    await this.#followed.stop();
  }
}

/** What rounds of bursts need of the parts. */
export function burstParts({ pool, eventStore, fileStore, clock, logger, settings }: Parts): BurstParts {
  const { ALLOWED_RECIPIENT_DOMAINS: domains, EXPORT_MAX_ATTEMPTS: maxAttempts } = settings;
  return {
    ...{ pool, eventStore, fileStore, clock, logger, maxAttempts },
    ...{ users: new UserStore(pool), recipients: new RecipientStore(pool) },
    allowedDomains: domains === undefined ? null : new AllowedDomains(domains),
  };
}
