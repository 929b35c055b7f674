export type { SampleDataOptions } from './load-sample-data';
export { loadSampleData } from './load-sample-data';
