export * from './clock';
export * from './health';
export * from './logger';
export * from './settings';
