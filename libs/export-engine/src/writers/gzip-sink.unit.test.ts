import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { ByteSink } from './byte-sink';
import { compressedSink } from './gzip-sink';

class Memory implements ByteSink {
  readonly pieces: Buffer[] = [];

  write(chunk: Buffer): Promise<void> {
    this.pieces.push(chunk);
    return Promise.resolve();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

const megabyte = (): Buffer => randomBytes(1024 * 1024);

describe('compressedSink', () => {
  it('makes a gzip member of what is written', async () => {
    const target = new Memory();
    const sink = compressedSink(target, 'gzip');
    const pieces = [Buffer.from('header\n'), megabyte(), megabyte(), megabyte(), Buffer.from('end')];
    for (const piece of pieces) await sink.write(piece);
    await sink.finish();
    expect(gunzipSync(target.bytes).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('passes bytes on as they are without compression', async () => {
    const target = new Memory();
    const sink = compressedSink(target, 'none');
    const piece = megabyte();
    await sink.write(piece);
    await sink.finish();
    expect(target.pieces).toEqual([piece]);
  });

  it('says what its target said', async () => {
    const sink = compressedSink({ write: () => Promise.reject(new Error('no space left')) }, 'gzip');
    const writeOn = async (): Promise<void> => {
      for (;;) await sink.write(megabyte());
    };
    await expect(writeOn()).rejects.toThrow('no space left');
    await expect(sink.finish()).rejects.toThrow('no space left');
  });

  it('writes nothing more when it is given up', async () => {
    const target = new Memory();
    const sink = compressedSink(target, 'gzip');
    await sink.write(Buffer.from('half'));
    sink.abandon();
    await expect(sink.write(Buffer.from('more'))).rejects.toThrow();
    expect(target.bytes.length).toBeLessThan(20);
  });
});
