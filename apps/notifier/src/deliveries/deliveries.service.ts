import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { RecipientStore, UserStore } from '#access';
import { FollowedFeed } from '#event-feed';
import { PARTS, type Parts } from '#runtime';
import { DeliveryHistory } from './delivery-history';
import { DeliveryProjection } from './delivery-projection';
import { CANCELLED, DeliveryQueue, QUEUE_CHANNEL } from './delivery-queue';
import { DeliveryRights } from './delivery-rights';
import { DeliveryRunner } from './delivery-runner';
import { DeliveryWorkers } from './delivery-workers';
import { retryDelayMs } from './retry-delay';

const MS_PER_HOUR = 3_600_000;

/** Requests the deliveries that schedules have planned, and makes them in this process's slots. */
@Injectable()
export class DeliveriesService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: Parts;
  readonly #followed: FollowedFeed;
  readonly #workers: DeliveryWorkers;
  #unlisten: (() => Promise<void>) | undefined;

  constructor(@Inject(PARTS) parts: Parts) {
    const { pool, eventFeed, eventStore: store, clock, settings, fileStore, secrets } = parts;
    const logger = parts.logger.child({ app: 'notifier' });
    const history = new DeliveryHistory(store);
    const queue = new DeliveryQueue(pool, settings.DELIVERY_LEASE_SECONDS * 1000);
    const terms = {
      maxAttempts: settings.DELIVERY_MAX_ATTEMPTS,
      deadlineMs: settings.DELIVERY_DEADLINE_HOURS * MS_PER_HOUR,
    };
    const users = new UserStore(pool);
    const runner = new DeliveryRunner({
      ...{ history, queue, fileStore, secrets, settings, clock, logger },
      rights: new DeliveryRights({ history, activeUsers: (userIds) => users.active(userIds) }),
      recipients: new RecipientStore(pool),
      publicUrl: settings.PUBLIC_URL ?? `http://${settings.HOST}:${settings.PORT}`,
      retryDelayMs: (attempt, askedSeconds) => retryDelayMs(attempt, Math.random(), askedSeconds),
    });
    this.#parts = parts;
    const projection = new DeliveryProjection({ pool, store, history, clock, terms });
    this.#followed = new FollowedFeed(projection, { eventFeed, eventStore: store, logger });
    this.#workers = new DeliveryWorkers({
      ...{ queue, logger, slots: settings.DELIVERY_SLOTS },
      name: `${hostname()}/${pid}/${randomUUID().slice(0, 8)}`,
      run: (delivery) => runner.run(delivery),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#parts.health.register('notifier: deliveries', async () => {
      return (await this.#followed.problem()) ?? this.#workers.problem;
    });
    this.#unlisten = await this.#parts.notifications.listen(QUEUE_CHANNEL, (payload) => {
      if (payload === CANCELLED) void this.#workers.beat();
      else this.#workers.wake();
    });
    await this.#followed.start();
    this.#workers.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#workers.stop();
    await this.#followed.stop();
    await this.#unlisten?.();
  }
}
