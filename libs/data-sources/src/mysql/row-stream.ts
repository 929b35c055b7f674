import { Readable } from 'node:stream';
import type { Query } from 'mysql2';
import type { DataSourceError } from '../data-source';
import type { FramedRows } from './framed-rows';
import { cancelled, lost } from './mysql-errors';
import type { ReadSession, Row } from './read-session';

const HIGH_WATER_BYTES = 256 * 1024;
/** Characters that are gathered before they leave: each push costs more than a row. */
const CHUNK_CHARACTERS = 32 * 1024;

/**
 * The lines of a running statement. It ends after the transaction did; destroyed before that, it cancels the statement if that
 * still runs, and closes once the server has let go of it.
 */
export class RowStream extends Readable {
  private readonly statementEnded: Promise<void>;
  /** The end of the transaction, from when the statement has ended by itself. */
  private ending: Promise<unknown> | null = null;
  private lines: string[] = [];
  private gathered = 0;

  constructor(
    statement: Query,
    private readonly session: ReadSession,
    private readonly frame: FramedRows,
    private readonly lineOf: (row: Row) => string,
  ) {
    super({ highWaterMark: HIGH_WATER_BYTES });
    this.statementEnded = new Promise((resolve) => {
      statement.once('error', (error: unknown) => {
        resolve();
        this.fail(error);
      });
      statement.once('end', () => {
        resolve();
        this.finish();
      });
      session.onceLost(() => {
        resolve();
        this.fail(lost());
      });
    });
    statement.on('result', (row: unknown) => this.gather(row as Row));
    this.abortWith(session.signal);
  }

  override _read(): void {
    this.session.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.ending) {
      void this.ending.then(() => done(error));
      return;
    }
    this.session.cancel();
    // What is still on its way has to be taken off the wire before the end of the statement can be seen.
    this.session.resume();
    void this.statementEnded.then(() => this.session.fail(cancelled())).then(() => done(error));
  }

  private gather(row: Row): void {
    if (this.destroyed) return;
    const framed = this.frame.take(row);
    if (framed) this.write(framed);
    if (this.gathered >= CHUNK_CHARACTERS && !this.flush() && !this.session.isEnding) this.session.pause();
  }

  private write(row: Row): void {
    const line = this.lineOf(row);
    this.lines.push(line);
    this.gathered += line.length;
  }

  /** Whether there is room for more. */
  private flush(): boolean {
    if (this.gathered === 0) return true;
    const bytes = Buffer.from(this.lines.join(''));
    this.lines = [];
    this.gathered = 0;
    return this.push(bytes);
  }

  private finish(): void {
    // The driver reports an end after an error as well.
    if (this.destroyed || this.ending) return;
    const ending = this.conclude();
    this.ending = ending;
    void ending.then((failure) => {
      if (failure) this.destroy(failure);
      else if (!this.destroyed) this.push(null);
    });
  }

  /** Null when all went well. */
  private async conclude(): Promise<DataSourceError | null> {
    try {
      for (const row of await this.frame.rest(this.session)) this.write(row);
    } catch (error) {
      return this.session.fail(error);
    }
    if (!this.destroyed) this.flush();
    await this.session.finish();
    return null;
  }

  private fail(error: unknown): void {
    if (this.destroyed || this.ending) return;
    const ending = this.session.fail(error);
    this.ending = ending;
    void ending.then((meaning) => this.destroy(meaning));
  }

  private abortWith(signal: AbortSignal | null): void {
    if (!signal) return;
    const onAbort = (): void => {
      this.destroy(cancelled());
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.once('close', () => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
  }
}
