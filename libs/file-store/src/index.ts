export * from './file-store';
export * from './disk-file-store';
