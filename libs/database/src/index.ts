export * from './leader-election';
export * from './leader-lease';
export * from './leader-term';
export * from './listener';
export * from './migrate';
export * from './pool';
