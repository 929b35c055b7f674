import { Readable } from 'node:stream';
import { cancelled } from './postgres-errors';
import type { ReadTransaction } from './read-transaction';

/**
 * The bytes of a running COPY. It ends after the transaction did; destroyed before that, it cancels the query if that still
 * runs, and closes once the database has let go of it.
 */
export class CopyStream extends Readable {
  private readonly sourceEnded: Promise<unknown>;
  /** The end of the transaction, from when the query has ended by itself. */
  private ending: Promise<unknown> | null = null;

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
      const ending = transaction.finish();
      this.ending = ending;
      void ending.then(() => {
        if (!this.destroyed) this.push(null);
      });
    });
    source.once('error', (error) => {
      if (this.destroyed) return;
      const ending = transaction.fail(error);
      this.ending = ending;
      void ending.then((meaning) => this.destroy(meaning));
    });
    this.abortWith(transaction.signal);
  }

  override _read(): void {
    this.source.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.ending) {
      void this.ending.then(() => done(error));
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
