export * from './checkpoints';
export * from './progress';
export * from './store-event-feed';
export * from './kafka/topics';
export * from './kafka/client';
export * from './kafka/kafka-event-feed';
export * from './kafka/kafka-feed-strategy';
export * from './kafka/unavailable';
