export { EventStoreUrlError } from './eventstoredb/connection';
export * from './eventstoredb/eventstoredb-event-store';
export { EventStoreDbError } from './eventstoredb/failures';
export * from './postgres/postgres-event-store';
