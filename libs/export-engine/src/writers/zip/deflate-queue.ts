import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';

/** Pieces that are compressed at a time: as many as keep two cores busy and leave the pool of four threads one for files. */
export const PIECES_IN_FLIGHT = 3;

/** An empty last block with fixed codes (RFC 1951, 3.2.3 and 3.2.6). It ends a stream that has none. */
export const END_OF_STREAM = Buffer.from([0x03, 0x00]);

/** Large enough for most compressed pieces, so that the pool's thread does each in one go. */
const OUTPUT_BYTES = 128 * 1024;

const deflate = promisify(deflateRaw);

/**
 * Compresses one stream in pieces on the thread pool, and hands them on in order. Each piece is flushed to a whole byte
 * (`Z_SYNC_FLUSH`: an empty stored block), so that the pieces one after another are one raw deflate stream.
 */
export class DeflateQueue {
  private readonly running: Promise<Buffer>[] = [];

  /** @param output takes the compressed bytes; the next piece waits for it */
  constructor(
    private readonly level: number,
    private readonly output: (bytes: Buffer) => Promise<void>,
  ) {}

  /**
   * Returns once there is room for the next piece. Throws what `output` threw.
   *
   * @param release called when the piece's bytes may be used for something else
   */
  async push(bytes: Buffer, release: (bytes: Buffer) => void): Promise<void> {
    const compressed = deflate(bytes, {
      level: this.level,
      finishFlush: constants.Z_SYNC_FLUSH,
      chunkSize: OUTPUT_BYTES,
    }).finally(() => release(bytes));
    // Whoever awaits its turn hears of a failure; a queue that is given up must not end the process.
    compressed.catch(() => undefined);
    this.running.push(compressed);
    while (this.running.length > PIECES_IN_FLIGHT) await this.handOn();
  }

  /** Hands on what is left and ends the stream. */
  async end(): Promise<void> {
    while (this.running.length > 0) await this.handOn();
    await this.output(END_OF_STREAM);
  }

  private async handOn(): Promise<void> {
    const compressed = await this.running.shift();
    if (compressed) await this.output(compressed);
  }
}
