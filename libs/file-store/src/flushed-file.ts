import type { FileHandle } from 'node:fs/promises';

/** Bytes after which the disk is set to work on what has come. */
const FLUSH_BYTES = 8 * 1024 * 1024;

/**
 * A file whose bytes go to the disk while more of them come. Left to the end, all of them would have to be waited for there: 65 of
 * the 1,500 ms of an export of 109 MB.
 */
export class FlushedFile {
  private unflushed = 0;
  private flushing: Promise<void> | null = null;
  /** The system tells of bytes that it lost once, to the one flush that met it; a later one would succeed. */
  private failure: { readonly error: unknown } | null = null;

  constructor(private readonly file: Pick<FileHandle, 'write' | 'datasync' | 'sync' | 'close'>) {}

  async write(buffers: readonly Buffer[]): Promise<void> {
    this.check();
    for (const buffer of buffers) {
      let written = 0;
      while (written < buffer.length) written += (await this.file.write(buffer, written)).bytesWritten;
      this.unflushed += buffer.length;
    }
    if (this.unflushed >= FLUSH_BYTES) this.flushing ??= this.flush();
  }

  /** Returns once every byte and the file's size are on the disk. */
  async sync(): Promise<void> {
    await this.flushing;
    this.check();
    await this.file.sync();
  }

  async close(): Promise<void> {
    await this.flushing;
    await this.file.close();
  }

  private async flush(): Promise<void> {
    this.unflushed = 0;
    try {
      await this.file.datasync();
    } catch (error) {
      this.failure ??= { error };
    }
    this.flushing = null;
  }

  private check(): void {
    if (this.failure) throw this.failure.error;
  }
}
