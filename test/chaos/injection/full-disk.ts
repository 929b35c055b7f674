import type { FileHandle } from 'node:fs/promises';
import type * as promises from 'node:fs/promises';
import { resolve, sep } from 'node:path';

type FileSystem = Pick<typeof promises, 'open' | 'mkdir'>;

/**
 * Takes the place of functions of `node:fs/promises` for whatever lies below a folder: while `isFull`, no folder is made there, and
 * files can be opened but take no bytes, also those that were opened before.
 */
export function limitDisk(fileSystem: FileSystem, folder: string, isFull: () => boolean): void {
  const { open, mkdir } = fileSystem;
  const root = resolve(folder) + sep;
  const isBelow = (path: unknown): boolean => typeof path === 'string' && resolve(path).startsWith(root);
  const failIfFull = (): void => {
    if (isFull()) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', errno: -28 });
  };
  fileSystem.open = async (path, ...more) => {
    const file = await open(path, ...more);
    return isBelow(path) ? limitFile(file, failIfFull) : file;
  };
  fileSystem.mkdir = (async (path: string, ...more: unknown[]) => {
    if (isBelow(path)) failIfFull();
    return (mkdir as (path: string, ...more: unknown[]) => Promise<string | undefined>)(path, ...more);
  }) as typeof mkdir;
}

/** Bytes are accepted by the system and lost on their way to the disk as well: both are told as ENOSPC. */
function limitFile(file: FileHandle, failIfFull: () => void): FileHandle {
  for (const name of ['write', 'datasync', 'sync'] as const) {
    const real = file[name].bind(file) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(file, {
      [name]: async (...args: unknown[]) => {
        failIfFull();
        return real(...args);
      },
    });
  }
  return file;
}
