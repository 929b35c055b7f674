export * from './batch-types';
export * from './export-failure';
export * from './export-request';
export * from './dataset-drift';
export { liveProblems } from './live-problems';
export * from './plan/export-plan';
export * from './plan/plan-export';
export * from './preview-rows';
export * from './process-export-request';
