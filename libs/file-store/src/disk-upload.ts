import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { asFileStoreError } from './disk-errors';
import { FileStoreError, type FileUpload } from './file-store';
import type { FlushedFile } from './flushed-file';

/** A file on its way: a draft that becomes the file by a rename, once the disk has all of it. */
export class DiskUpload implements FileUpload {
  readonly stream: Writable;
  private ended = false;

  constructor(
    private readonly draft: string,
    private readonly target: string,
    private readonly root: string,
    private readonly file: FlushedFile,
  ) {
    this.stream = new Writable({
      highWaterMark: 1024 * 1024,
      write: (chunk: Buffer, _encoding, done) => {
        file.write([chunk]).then(
          () => done(),
          (error: unknown) => done(asFileStoreError(error)),
        );
      },
      writev: (chunks, done) => {
        const buffers = chunks.map(({ chunk }) => chunk as Buffer);
        file.write(buffers).then(
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
