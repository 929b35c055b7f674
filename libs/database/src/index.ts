export * from './listener';
export * from './migrate';
export * from './pool';
