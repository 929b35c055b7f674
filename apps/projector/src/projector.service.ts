import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { FollowedFeed } from '#event-feed';
import { AuditTrailProjection, ReadModelsProjection } from '#read-models';
import { PARTS, type Parts } from '#runtime';

/** Feeds the projections for as long as the application runs. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: Parts;
  readonly #running: FollowedFeed[] = [];

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { pool, eventStore, eventFeed, storeFeed, health } = this.#parts;
    const logger = this.#parts.logger.child({ app: 'projector' });
    const projections = [
      { projection: new ReadModelsProjection(pool), feed: eventFeed },
      // Every event in the one order over all streams: Kafka has an order for each stream only.
      { projection: new AuditTrailProjection(pool, eventStore), feed: storeFeed },
    ];
    for (const { projection, feed } of projections) {
      const followed = new FollowedFeed(projection, { eventFeed: feed, eventStore, logger });
      health.register(`projector: ${projection.group}`, () => followed.problem());
      this.#running.push(followed);
      await followed.start();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#running.map((followed) => followed.stop()));
  }
}
