import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable } from 'node:stream';
import { asFileStoreError, codeOf, isMissing } from './disk-errors';
import { DiskUpload } from './disk-upload';
import { FileStoreError, type ByteRange, type FileStore, type FileUpload } from './file-store';
import { FlushedFile } from './flushed-file';
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
      return new DiskUpload(draft, target, this.root, new FlushedFile(await open(draft, 'wx', 0o600)));
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

  async removeAbandonedUploads(untouchedForMs: number): Promise<number> {
    const folder = join(this.root, UPLOADS);
    return describe(async () => {
      const drafts = (await readdir(folder).catch(unlessMissing)) ?? [];
      if (drafts.length === 0) return 0;
      const untouchedSince = (await presentOf(folder)) - untouchedForMs;
      let removed = 0;
      for (const draft of drafts) {
        const found = await stat(join(folder, draft)).catch(unlessMissing);
        if (!found || found.mtimeMs > untouchedSince) continue;
        await rm(join(folder, draft), { force: true });
        removed += 1;
      }
      return removed;
    });
  }

  private pathOf(key: string): string {
    const names = namesOfKey(key);
    if (names[0] === UPLOADS) throw new FileStoreError('file_store.invalid_key', 'This name belongs to the store.');
    return join(this.root, ...names);
  }
}

/** The present on the clock that stamps a folder's files, which need not be this machine's, in milliseconds since 1970. */
async function presentOf(folder: string): Promise<number> {
  const probe = join(folder, randomUUID());
  const file = await open(probe, 'wx', 0o600);
  try {
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
    await rm(probe, { force: true });
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
