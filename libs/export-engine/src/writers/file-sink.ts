import { createHash } from 'node:crypto';
import type { FileUpload } from '#file-store';
import type { ByteSink } from './byte-sink';

/** What a finished file holds. */
export interface Digest {
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** Takes a file's bytes on their way to the store, counts them and computes their SHA-256. */
export class FileSink implements ByteSink {
  private readonly hash = createHash('sha256');
  private count = 0;
  private failure: Error | null = null;
  private wake: () => void = () => undefined;

  constructor(private readonly target: FileUpload['stream']) {
    target.on('drain', () => this.wake());
    target.on('close', () => this.wake());
    target.on('error', (error) => {
      this.failure = error;
      this.wake();
    });
  }

  get bytes(): number {
    return this.count;
  }

  /** Returns once the store is ready for more, so that nothing piles up. Throws what the store threw. */
  async write(chunk: Buffer): Promise<void> {
    this.check();
    if (chunk.length === 0) return;
    this.hash.update(chunk);
    this.count += chunk.length;
    if (this.target.write(chunk)) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (!this.target.writableNeedDrain) resolve();
    });
    this.check();
  }

  digest(): Digest {
    return { bytes: this.count, sha256: this.hash.digest('hex') };
  }

  private check(): void {
    if (this.failure) throw this.failure;
    if (this.target.destroyed) throw new Error('The upload was ended before the file was.');
  }
}
