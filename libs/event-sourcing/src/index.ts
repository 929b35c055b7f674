export * from './command-context';
export * from './decider';
export * from './event-feed';
export * from './event-store';
export * from './versioned-event-store';
export * from './execute';
export * from './event-records';
