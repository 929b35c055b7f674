export * from './postgres/postgres-event-store';
export * from './eventstoredb/eventstoredb-event-store';
