import type { CopyFormat } from '#data-sources';
import { unescaped } from '../writers/copy-fields';
import { endOfRow } from './first-rows';

const QUOTE = 0x22;
const TAB = 0x09;

/** Rows that follow each other and have one value. */
export interface RowGroup {
  /** What a person reads; null for NULL. */
  readonly value: string | null;
  /** True for the first rows of this value. */
  readonly begins: boolean;
  /** Without the value that they are grouped by. */
  readonly rows: Buffer;
  readonly count: number;
}

/** Takes a first column off rows that are sorted by it, and tells where its value changes. */
export class KeyedRows {
  private readonly delimiter: number;
  private current: Buffer | null = null;

  constructor(private readonly format: CopyFormat) {
    this.delimiter = format.type === 'text' ? TAB : format.delimiter.charCodeAt(0);
  }

  /** @param rows whole ones, as COPY writes them */
  *groups(rows: Buffer): Generator<RowGroup, void> {
    const quoted = this.format.type === 'csv' && rows.includes(QUOTE);
    const output = Buffer.allocUnsafe(rows.length);
    let [begin, end, count] = [0, 0, 0];
    let begins = false;
    for (let at = 0; at < rows.length;) {
      const keyEnd = this.keyEnd(rows, at);
      const next = endOfRow(rows, keyEnd, quoted);
      if (!this.isCurrent(rows, at, keyEnd)) {
        if (count > 0) yield this.group(output.subarray(begin, end), count, begins);
        this.current = Buffer.from(rows.subarray(at, keyEnd));
        [begin, count, begins] = [end, 0, true];
      }
      end += rows.copy(output, end, keyEnd + 1, next);
      count++;
      at = next;
    }
    if (count > 0) yield this.group(output.subarray(begin, end), count, begins);
  }

  private group(rows: Buffer, count: number, begins: boolean): RowGroup {
    return { value: this.valueOf(this.current ?? Buffer.alloc(0)), begins, rows, count };
  }

  private isCurrent(rows: Buffer, from: number, end: number): boolean {
    const { current } = this;
    return current !== null && current.length === end - from && current.compare(rows, from, end) === 0;
  }

  private keyEnd(rows: Buffer, from: number): number {
    if (this.format.type === 'text' || rows[from] !== QUOTE) return rows.indexOf(this.delimiter, from);
    let end = rows.indexOf(QUOTE, from + 1);
    // A quote within a value comes twice.
    while (rows[end + 1] === QUOTE) end = rows.indexOf(QUOTE, end + 2);
    return end + 1;
  }

  private valueOf(field: Buffer): string | null {
    const text = field.toString();
    if (this.format.type === 'text') return text === '\\N' ? null : unescaped(text);
    if (text === this.format.nullText) return null;
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  }
}
