export * from './carry-out';
export * from './samples';
export * from './delivery-samples';
export * from './burst-samples';
