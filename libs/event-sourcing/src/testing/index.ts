export * from './event-feed-conformance';
export * from './event-store-conformance';
export * from './events';
export * from './in-memory-event-store';
