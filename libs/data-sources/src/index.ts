export * from './data-source';
export * from './data-sources';
export * from './statement';
export * from './postgres/postgres-data-source';
