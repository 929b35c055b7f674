import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { KafkaEventFeed } from './kafka-event-feed';

/**
 * Lets Nest start and stop the feed together with the application. It hosts the consumers, it is not a second one: handlers
 * subscribe to the feed, so Nest has no message patterns to dispatch.
 */
export class KafkaFeedStrategy extends Server implements CustomTransportStrategy {
  readonly #feed: KafkaEventFeed;

  constructor(feed: KafkaEventFeed) {
    super();
    this.#feed = feed;
  }

  /** Calls back once all subscriptions stand, or with the error that kept them from it. */
  listen(callback: (error?: unknown) => void): void {
    this.#feed.start().then(() => callback(), callback);
  }

  close(): Promise<void> {
    return this.#feed.stop();
  }

  on(event: string): never {
    throw new Error(`the feed has no events to listen to, not even ${event}`);
  }

  /** The feed; the type parameter is Nest's. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the signature is the base class's
  unwrap<T>(): T {
    return this.#feed as T;
  }
}
