export * from './samples';
export * from './delivery-samples';
