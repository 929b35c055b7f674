export * from './data-source-conformance';
export * from './measurements';
