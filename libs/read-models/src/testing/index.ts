export * from './apply';
export * from './database';
export * from './history';
export * from './sample-history';
export * from './walk';
export * from './burst-history';
export * from './delivery-history';
