import { Module } from '@nestjs/common';
import { RelayService } from './relay.service';

/** Publishes the event store's events to Kafka. Needs `PartsModule` with Kafka. */
@Module({ providers: [RelayService] })
export class RelayModule {}
