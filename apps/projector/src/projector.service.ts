import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { RunningSubscription } from '#event-sourcing';
import { AuditTrailProjection, ReadModelsProjection } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { WatchedProjection } from './watched-projection';

/** Feeds the projections for as long as the application runs. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: Parts;
  readonly #running: RunningSubscription[] = [];

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
      const watched = new WatchedProjection(projection, eventStore, logger);
      health.register(`projector: ${projection.group}`, () => watched.problem());
      this.#running.push(await feed.subscribe(watched.subscription()));
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#running.map((subscription) => subscription.stop()));
  }
}
