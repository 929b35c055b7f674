import { FileStoreError } from './file-store';

const LONGEST_NAME_BYTES = 255;
const LONGEST_KEY_BYTES = 1024;

/**
 * Splits a key into its names. Throws `file_store.invalid_key` for whatever could leave the store's root or mean something
 * else to another system: empty names, `.` and `..`, absolute paths, backslashes, control characters, names that no file
 * system holds (longer than 255 bytes of UTF-8), lone surrogates.
 */
export function namesOfKey(key: string): string[] {
  const names = key.split('/');
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES || Buffer.from(key).toString() !== key || !names.every(isName)) {
    throw new FileStoreError('file_store.invalid_key', 'This key cannot name a file of the store.');
  }
  return names;
}

function isName(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    !/[\u0000-\u001f\u007f\\]/.test(name) &&
    Buffer.byteLength(name) <= LONGEST_NAME_BYTES
  );
}
