export * from './export-request';
export * from './process-export-request';
export * from './preview-rows';
