export * from './postgres/postgres-event-store';
