import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { SettingsError } from '#platform';
import { PARTS, type Parts } from '#runtime';
import { Relay } from './relay';

/** Runs the relay for as long as the application runs. */
@Injectable()
export class RelayService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #relay: Relay;

  constructor(@Inject(PARTS) parts: Parts) {
    const { pool, notifications, storeFeed, kafka, health } = parts;
    if (!kafka) throw new SettingsError(['KAFKA_BROKERS: must be set for the relay, which publishes to Kafka']);
    const logger = parts.logger.child({ app: 'relay' });
    const { client, records } = kafka;
    const relay = new Relay({ pool, notifications, storeFeed, kafka: client, records, logger });
    health.register('relay', () => Promise.resolve(relay.problem));
    this.#relay = relay;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#relay.stop();
  }
}
