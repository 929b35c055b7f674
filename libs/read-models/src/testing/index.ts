export * from './apply';
export * from './history';
export * from './sample-history';
