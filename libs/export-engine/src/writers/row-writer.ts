import type { OutputFile, OutputWarning } from '#domain';

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
  /** Bytes of rows that are written but will reach the sink at the end only; left out: none to speak of. */
  readonly heldBytes?: number;
}

/** One whose files have sheets. */
export interface SheetWriter extends RowWriter {
  /**
   * Ends the sheet before, of which there is always one; the next rows go to a new one.
   *
   * @param name one that Excel takes; a number is added where another sheet has it
   */
  beginSheet(name: string): Promise<void>;
}

/** What a writer itself knows of its file. */
export interface Finished {
  readonly warnings: readonly OutputWarning[];
  readonly sheets: OutputFile['sheets'];
}
