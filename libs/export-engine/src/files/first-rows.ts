import type { RowLayout } from '../writers/row-cutter';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** How much more something may take. */
export interface Room {
  readonly rows: number;
  readonly bytes: number;
}

export interface RowsCut {
  /** Bytes of these rows, from the beginning. */
  readonly end: number;
  readonly count: number;
}

/**
 * As many of the first rows as there is room for, and one at least, so that a row that is too large for any file goes somewhere.
 *
 * @param rows whole ones, at least one
 * @param room for at least one row
 */
export function firstRows(rows: Buffer, room: Room, layout: RowLayout): RowsCut {
  const quoted = layout === 'csv' && rows.includes(QUOTE);
  let end = 0;
  let count = 0;
  while (count < room.rows && end < rows.length) {
    const next = endOfRow(rows, end, quoted);
    if (count > 0 && next > room.bytes) break;
    end = next;
    count++;
  }
  return { end, count };
}

/**
 * The place behind the row that begins at `from`.
 *
 * @param quoted whether a line feed may be part of a value
 */
export function endOfRow(rows: Buffer, from: number, quoted: boolean): number {
  if (!quoted) return rows.indexOf(LINE_FEED, from) + 1 || rows.length;
  let inside = false;
  for (let index = from; index < rows.length; index++) {
    const byte = rows[index];
    if (byte === QUOTE) inside = !inside;
    else if (byte === LINE_FEED && !inside) return index + 1;
  }
  return rows.length;
}
