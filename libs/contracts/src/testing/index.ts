export * from './records';
export * from './arbitrary-events';
export * from './all-events';
