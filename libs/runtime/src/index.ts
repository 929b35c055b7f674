export * from './parts';
export * from './parts.module';
