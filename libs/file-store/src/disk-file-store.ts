import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Writable, type Readable } from 'node:stream';
import { FileStoreError, type ByteRange, type FileStore, type FileUpload } from './file-store';
import { namesOfKey } from './keys';

/** Folder for files on their way; a key's first name cannot be it. Beside the files, so that a rename never copies. */
const UPLOADS = '.uploads';

/**
 * Files in a folder of this machine. Files are readable by this process's user alone (0600, folders 0700). A committed
 * file survives a power cut: its bytes and its folder are flushed to the disk before `commit` returns.
 */
export class DiskFileStore implements FileStore {
  constructor(private readonly root: string) {}

  async create(key: string): Promise<FileUpload> {
    const target = this.pathOf(key);
    return describe(async () => {
      const folder = join(this.root, UPLOADS);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, randomUUID());
      return new DiskUpload(draft, target, this.root, await open(draft, 'wx', 0o600));
    });
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const path = this.pathOf(key);
    return describe(async () => {
      const file = await open(path, 'r');
      const { size } = await file.stat().catch(async (error: unknown) => {
        await file.close();
        throw error;
      });
      const start = Math.min(range?.start ?? 0, size);
      const end = Math.min(range?.end ?? size - 1, size - 1);
      // A read stream has no way to say "no bytes": it would take an end before the start as an error.
      if (end < start) return file.createReadStream({ start: size });
      return file.createReadStream({ start, end, highWaterMark: 256 * 1024 });
    });
  }

  async stat(key: string): Promise<{ readonly bytes: number } | null> {
    const path = this.pathOf(key);
    return describe(async () => {
      const found = await stat(path).catch(unlessMissing);
      return found?.isFile() ? { bytes: found.size } : null;
    });
  }

  async removeFolder(prefix: string): Promise<void> {
    const path = this.pathOf(prefix);
    await describe(async () => {
      await rm(path, { recursive: true, force: true });
    });
  }

  async listFolders(prefix: string): Promise<string[]> {
    const path = prefix === '' ? this.root : this.pathOf(prefix);
    return describe(async () => {
      const entries = (await readdir(path, { withFileTypes: true }).catch(unlessMissing)) ?? [];
      return entries
        .filter((entry) => entry.isDirectory() && !(prefix === '' && entry.name === UPLOADS))
        .map((entry) => entry.name)
        .sort();
    });
  }

  /**
   * Removes drafts, those that a crash left behind. Call at start, before any upload begins, and only where no other process
   * uses the folder: its uploads would fail.
   */
  async removeAbandonedUploads(): Promise<void> {
    await describe(async () => {
      await rm(join(this.root, UPLOADS), { recursive: true, force: true });
    });
  }

  private pathOf(key: string): string {
    const names = namesOfKey(key);
    if (names[0] === UPLOADS) throw new FileStoreError('file_store.invalid_key', 'This name belongs to the store.');
    return join(this.root, ...names);
  }
}

class DiskUpload implements FileUpload {
  readonly stream: Writable;
  private ended = false;

  constructor(
    private readonly draft: string,
    private readonly target: string,
    private readonly root: string,
    private readonly file: FileHandle,
  ) {
    this.stream = new Writable({
      highWaterMark: 1024 * 1024,
      write: (chunk: Buffer, _encoding, done) => {
        writeAll(file, [chunk]).then(
          () => done(),
          (error: unknown) => done(asFileStoreError(error)),
        );
      },
      writev: (chunks, done) => {
        const buffers = chunks.map(({ chunk }) => chunk as Buffer);
        writeAll(file, buffers).then(
          () => done(),
          (error: unknown) => done(asFileStoreError(error)),
        );
      },
    });
    // Whoever awaits `commit` hears of it; without a listener it would end the process.
    this.stream.on('error', () => undefined);
  }

  async commit(): Promise<void> {
    if (this.ended) throw new FileStoreError('file_store.unavailable', 'The file was given up before it was finished.');
    try {
      await finish(this.stream);
      this.ended = true;
      await this.file.sync();
      await this.file.close();
      await createFolder(dirname(this.target), this.root);
      await rename(this.draft, this.target);
      await syncFolder(dirname(this.target));
    } catch (error) {
      this.ended = false;
      await this.abort();
      throw asFileStoreError(error);
    }
  }

  async abort(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    this.stream.destroy();
    await this.file.close().catch(() => undefined);
    await rm(this.draft, { force: true }).catch(() => undefined);
  }
}

async function writeAll(file: FileHandle, buffers: readonly Buffer[]): Promise<void> {
  for (const buffer of buffers) {
    let written = 0;
    while (written < buffer.length) written += (await file.write(buffer, written)).bytesWritten;
  }
}

function finish(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.errored) {
      reject(stream.errored);
      return;
    }
    stream.once('error', reject);
    stream.once('close', resolve);
    if (stream.closed) resolve();
    else stream.end();
  });
}

/** Makes the folder and whichever parents it lacks, and flushes each parent that got a new entry. */
async function createFolder(folder: string, root: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let parent = dirname(folder); parent.length >= dirname(first).length && parent.length >= root.length;) {
    await syncFolder(parent);
    parent = dirname(parent);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function describe<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw asFileStoreError(error);
  }
}

function unlessMissing(error: unknown): null {
  if (isMissing(codeOf(error))) return null;
  throw error;
}

function isMissing(code: string | undefined): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function asFileStoreError(error: unknown): FileStoreError {
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

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
