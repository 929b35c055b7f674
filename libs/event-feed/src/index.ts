export * from './checkpoints';
export * from './progress';
export * from './store-event-feed';
export * from './kafka/topics';
export * from './kafka/client';
