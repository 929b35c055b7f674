export * from './clock';
export { asciiDomain } from './domain-name';
export * from './health';
export * from './logger';
export * from './package-root';
export * from './settings';
