import type { INestApplication, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { KafkaFeedStrategy } from '#event-feed';
import type { KafkaParts } from './kafka-parts';
import { NestLogger } from './nest-logger';
import type { Parts } from './parts';

/** An application without HTTP whose transport is the feed of Kafka. It is up once its subscriptions stand. */
export async function startOnKafka(root: Type, parts: Parts, kafka: KafkaParts): Promise<INestApplicationContext> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(root, {
    strategy: new KafkaFeedStrategy(kafka.feed),
    logger: new NestLogger(parts.logger),
    abortOnError: false,
  });
  await app.listen();
  return app;
}

/** Hosts the feed of Kafka beside HTTP; nothing to do where there is no Kafka. */
export async function hostKafkaFeed(app: INestApplication, { kafka }: Parts): Promise<void> {
  if (!kafka) return;
  app.connectMicroservice<MicroserviceOptions>({ strategy: new KafkaFeedStrategy(kafka.feed) });
  await app.startAllMicroservices();
}
