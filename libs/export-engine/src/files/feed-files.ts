import type { Readable } from 'node:stream';
import type { CopyFormat } from '#data-sources';
import { RowCutter } from '../writers/row-cutter';
import { KeyedRows } from './keyed-rows';
import type { ReportFiles } from './report-files';

export interface RowFeed {
  readonly source: Readable;
  /** How `source` writes its rows. */
  readonly format: CopyFormat;
  /** Whether their first column is the value that they are split by. */
  readonly isSplit: boolean;
  readonly maxRows: number;
  /** Called after each piece, with the rows that have been read. */
  readonly onRows: (rows: number) => void;
}

export interface Fed {
  /** Rows that were taken. */
  readonly rows: number;
  /** True when there were more than `maxRows`. */
  readonly truncated: boolean;
}

/** Feeds files from a COPY, whole rows at a time, no more than `maxRows` and until they are full. Throws what either side threw. */
export async function feedFiles(feed: RowFeed, files: ReportFiles): Promise<Fed> {
  const { source, format, maxRows, onRows } = feed;
  const cutter = new RowCutter(format.type, maxRows);
  const keyed = feed.isSplit ? new KeyedRows(format) : null;
  for await (const chunk of source) {
    const before = cutter.rows;
    const rows = cutter.push(chunk as Buffer);
    if (cutter.rows > before) {
      if (keyed) await writeGroups(keyed, rows, files);
      else await files.write(rows, cutter.rows - before);
    }
    onRows(cutter.rows);
    if (files.isFull) break;
  }
  return { rows: cutter.rows, truncated: cutter.truncated };
}

async function writeGroups(keyed: KeyedRows, rows: Buffer, files: ReportFiles): Promise<void> {
  for (const group of keyed.groups(rows)) {
    if (group.begins) await files.beginValue(group.value);
    await files.write(group.rows, group.count);
  }
}
