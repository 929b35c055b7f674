export * from './clock';
export * from './health';
export * from './logger';
export * from './package-root';
export * from './settings';
