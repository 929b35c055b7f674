import type { Readable } from 'node:stream';
import { RowCutter, type RowLayout } from './row-cutter';
import type { Written } from './written';

/**
 * Takes a report's rows as COPY writes them and makes a file of them. It is ended once, by `finish` or by `abandon`; after a
 * call that threw, by `abandon`.
 */
export interface RowWriter {
  /**
   * Returns once it is ready for more, so that nothing piles up.
   *
   * @param rows whole rows in the layout that the writer was made for, at least one
   * @param count how many they are
   */
  write(rows: Buffer, count: number): Promise<void>;
  /** Writes what is left; all bytes have been handed to the sink when it returns. */
  finish(): Promise<Finished>;
  /** Gives up the file and frees what the writer holds. Never throws. */
  abandon(): Promise<void>;
}

/** What a writer itself knows of its file. */
export type Finished = Pick<Written, 'warnings' | 'sheets'>;

export interface RowFeed {
  readonly source: Readable;
  /** How `source` tells its rows apart. */
  readonly layout: RowLayout;
  readonly maxRows: number;
  /** Called after each piece, with the rows that are written. */
  readonly onRows: (rows: number) => void;
}

/** Feeds a writer from a COPY, whole rows at a time and no more than `maxRows`, and ends it. Throws what either side threw. */
export async function feedRows({ source, layout, maxRows, onRows }: RowFeed, writer: RowWriter): Promise<Written> {
  const cutter = new RowCutter(layout, maxRows);
  try {
    for await (const chunk of source) {
      const before = cutter.rows;
      const rows = cutter.push(chunk as Buffer);
      if (cutter.rows > before) await writer.write(rows, cutter.rows - before);
      onRows(cutter.rows);
    }
    return { rows: cutter.rows, truncated: cutter.truncated, ...(await writer.finish()) };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}
