import { Readable } from 'node:stream';
import { cancelled } from './postgres-errors';
import type { ReadTransaction } from './read-transaction';

/**
 * The bytes of a running COPY. It ends after the transaction did; destroyed before that, it cancels the query and closes
 * once the database has let go of it.
 */
export class CopyStream extends Readable {
  private readonly sourceEnded: Promise<unknown>;
  private complete = false;

  constructor(
    private readonly source: Readable,
    private readonly transaction: ReadTransaction,
  ) {
    super({ highWaterMark: 256 * 1024 });
    this.sourceEnded = new Promise((resolve) => {
      source.once('end', resolve);
      source.once('error', resolve);
    });
    source.on('data', (chunk: Buffer) => {
      if (!this.destroyed && !this.push(chunk)) source.pause();
    });
    source.once('end', () => {
      if (this.destroyed) return;
      this.complete = true;
      void transaction.finish().then(() => this.push(null));
    });
    source.once('error', (error) => {
      if (this.destroyed) return;
      this.complete = true;
      void transaction.fail(error).then((meaning) => this.destroy(meaning));
    });
    this.abortWith(transaction.signal);
  }

  override _read(): void {
    this.source.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.complete) {
      done(error);
      return;
    }
    this.transaction.cancel();
    // What is still on its way has to be taken off the wire before the end of the query can be seen.
    this.source.resume();
    void this.sourceEnded.then(() => this.transaction.fail(cancelled())).then(() => done(error));
  }

  private abortWith(signal: AbortSignal | null): void {
    if (!signal) return;
    const onAbort = (): void => {
      this.destroy(cancelled());
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    this.once('close', () => signal.removeEventListener('abort', onAbort));
  }
}
