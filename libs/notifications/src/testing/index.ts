export * from './sample-facts';
