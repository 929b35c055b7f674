export * from './event-records';
export { CURRENT_VERSIONS } from './published/published-events';
export { DEFAULT_PREFIX } from './published/published-schemas';
export { SchemaRegistryFailure } from './registry/schema-registry';
export { deadLetterTopic } from './topics';
export { upcast } from './upcasters';
