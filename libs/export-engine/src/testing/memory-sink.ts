/** Keeps what a writer writes, as a copy: a writer may use its buffers again. */
export class MemorySink {
  private readonly pieces: Buffer[] = [];

  // eslint-disable-next-line @typescript-eslint/require-await -- a sink that is never full
  async write(bytes: Buffer): Promise<void> {
    this.pieces.push(Buffer.from(bytes));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}
