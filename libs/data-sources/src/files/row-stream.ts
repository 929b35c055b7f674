import { Readable } from 'node:stream';
import type { DuckDBResult } from '@duckdb/node-api';
import { DataSourceError } from '../data-source';
import type { DuckDbSession } from './duckdb-session';

/** A query of one column of texts that are never NULL, and the values of its `$1`, `$2`, … */
export interface LinesQuery {
  readonly text: string;
  readonly values: readonly string[];
}

/**
 * The lines of a query. Destroyed before its end, it cancels the query, and closes once that is over. The driver ends a stream
 * that fails half way as if it were complete, so a last row of NULL tells the one from the other.
 */
export class RowStream extends Readable {
  private reading: Promise<void> = Promise.resolve();
  private complete = false;

  private constructor(
    private readonly result: DuckDBResult,
    private readonly query: LinesQuery,
    private readonly session: DuckDbSession,
  ) {
    super({ highWaterMark: 256 * 1024 });
  }

  /** Takes the session over, and closes it in the end. Throws what `session.meaningOf` says. */
  static async open(query: LinesQuery, session: DuckDbSession): Promise<RowStream> {
    try {
      const result = await session.stream(
        `SELECT line FROM (${query.text}) AS t(line) UNION ALL SELECT NULL`,
        query.values,
      );
      return new RowStream(result, query, session);
    } catch (error) {
      const meaning = session.meaningOf(error);
      await session.close();
      throw meaning;
    }
  }

  override _read(): void {
    this.reading = this.next();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.complete) this.session.cancel();
    void this.reading.then(() => this.session.close()).then(() => done(error));
  }

  /** A chunk of DuckDB is 2,048 rows at most. */
  private async next(): Promise<void> {
    try {
      const chunk = await this.result.fetchChunk();
      if (this.destroyed) return;
      if (!chunk || chunk.rowCount === 0) throw await this.failure();
      const lines = chunk.getColumnValues(0) as (string | null)[];
      this.complete = lines.at(-1) === null;
      // Joining takes NULL for an empty text.
      const bytes = Buffer.from(lines.join(''));
      if (bytes.length > 0) this.push(bytes);
      if (this.complete) this.push(null);
      else if (bytes.length === 0) this.reading = this.next();
    } catch (error) {
      // Not awaited here: destroying waits for this very reading to end.
      this.destroy(this.session.meaningOf(error));
    }
  }

  /** The driver does not say why a stream failed; the same query without a stream does. */
  private async failure(): Promise<unknown> {
    if (this.session.isEnding) return undefined;
    try {
      await this.session.all(`SELECT sum(length(line)) FROM (${this.query.text}) AS t(line)`, this.query.values);
    } catch (error) {
      return error;
    }
    return new DataSourceError('data_source.unreachable', 'The file could not be read to its end.');
  }
}
