import type { FileHandle } from 'node:fs/promises';
import { FlushedFile } from './flushed-file';

const MEBIBYTE = 1024 * 1024;

/** A file that keeps nothing, and whose flushes end when the test says so. */
class RecordedFile implements Pick<FileHandle, 'write' | 'datasync' | 'sync' | 'close'> {
  readonly calls: string[] = [];
  private settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;

  write = ((buffer: Buffer, offset: number) => {
    // As the system may, it takes half of what it is given.
    const bytesWritten = Math.ceil((buffer.length - offset) / 2);
    return Promise.resolve({ bytesWritten, buffer });
  }) as unknown as FileHandle['write'];

  datasync(): Promise<void> {
    this.calls.push('datasync');
    return new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  sync(): Promise<void> {
    this.calls.push('sync');
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.calls.push('close');
    return Promise.resolve();
  }

  endFlush(error?: Error): void {
    if (error) this.settle?.reject(error);
    else this.settle?.resolve();
  }
}

let recorded: RecordedFile;
let file: FlushedFile;
beforeEach(() => {
  recorded = new RecordedFile();
  file = new FlushedFile(recorded);
});

const write = (mebibytes: number): Promise<void> =>
  file.write(Array.from({ length: mebibytes }, () => Buffer.alloc(MEBIBYTE)));

describe('FlushedFile', () => {
  it('leaves a small file to its end', async () => {
    await write(7);
    await file.sync();
    expect(recorded.calls).toEqual(['sync']);
  });

  it('sets the disk to work while more bytes come, one flush at a time', async () => {
    await write(8);
    await write(20);
    expect(recorded.calls).toEqual(['datasync']);
    recorded.endFlush();
    await Promise.resolve();
    await write(1);
    expect(recorded.calls).toEqual(['datasync', 'datasync']);
  });

  it('is not closed while the disk is at work', async () => {
    await write(8);
    const closed = file.close();
    await Promise.resolve();
    expect(recorded.calls).toEqual(['datasync']);
    recorded.endFlush();
    await closed;
    expect(recorded.calls).toEqual(['datasync', 'close']);
  });

  it('never takes a file for safe whose bytes the disk lost, though later flushes succeed', async () => {
    await write(8);
    recorded.endFlush(new Error('EIO'));
    await expect(file.sync()).rejects.toThrow('EIO');
    await expect(write(1)).rejects.toThrow('EIO');
    expect(recorded.calls).toEqual(['datasync']);
  });
});
