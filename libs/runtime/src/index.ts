export * from './kafka-host';
export * from './parts';
export * from './parts.module';
export * from './nest-logger';
export * from './run-app';
export * from './runtime-settings';
export * from './signals';
export * from './round-loop';
