import { FileStoreError } from './file-store';

export function isMissing(code: string | undefined): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What the file system's error means to who uses the store. */
export function asFileStoreError(error: unknown): FileStoreError {
  if (error instanceof FileStoreError) return error;
  const code = codeOf(error);
  if (isMissing(code) || code === 'EISDIR') {
    return new FileStoreError('file_store.missing', 'There is no such file.', { cause: error });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new FileStoreError('file_store.full', 'The disk of the file store is full: free some space.', {
      cause: error,
    });
  }
  const reason = code === undefined ? '' : ` (${code})`;
  return new FileStoreError('file_store.unavailable', `The file store's folder cannot be used${reason}.`, {
    cause: error,
  });
}

export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
