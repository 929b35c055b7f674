import type { CsvOptions } from '#domain';
import { FORMULA_STARTS } from '../formula-text';

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const STARTS = FORMULA_STARTS.map((codePoint) => Buffer.from(String.fromCodePoint(codePoint)));
/** 1 for a byte with which the UTF-8 of such a character begins. */
const FIRST_BYTES = new Uint8Array(256);
for (const start of STARTS) FIRST_BYTES[start[0] ?? 0] = 1;

/**
 * Puts an apostrophe before values of COPY's CSV that a spreadsheet would take for a formula (see `FORMULA_STARTS`). The database
 * could do it as well, but is the busier of the two: a look at the first character of each value costs it a tenth of its speed.
 */
export class GuardedRows {
  private readonly guarded: Uint8Array;
  private readonly delimiter: number;
  private readonly nullText: Buffer;
  private readonly carriageReturns: boolean;
  private readonly mostPerRow: number;

  /** @param guarded for each column whether its values are text as the source has it */
  constructor(guarded: readonly boolean[], { delimiter, nullText, lineEnding }: CsvOptions) {
    this.guarded = Uint8Array.from(guarded, (isGuarded) => (isGuarded ? 1 : 0));
    this.delimiter = delimiter.charCodeAt(0);
    this.nullText = Buffer.from(nullText);
    this.carriageReturns = lineEnding === 'crlf';
    this.mostPerRow = 1 + guarded.filter((isGuarded) => isGuarded).length;
  }

  /**
   * The rows with their apostrophes, and with CR LF at their ends if the options say so.
   *
   * @param rows whole ones
   * @param count how many they are
   */
  rewrite(rows: Buffer, count: number): Buffer {
    const { guarded, delimiter, carriageReturns } = this;
    const output = Buffer.allocUnsafe(rows.length + count * this.mostPerRow);
    let written = 0;
    let column = 0;
    let begins = true;
    let quoted = false;
    for (let index = 0; index < rows.length; index++) {
      let byte = rows[index] ?? 0;
      if (begins) {
        begins = false;
        if (guarded[column] === 1) {
          if (byte === QUOTE) {
            quoted = true;
            output[written++] = QUOTE;
            byte = rows[++index] ?? 0;
          }
          if (FIRST_BYTES[byte] === 1 && this.isFormula(rows, index, quoted)) output[written++] = APOSTROPHE;
        }
      }
      if (byte === QUOTE) quoted = !quoted;
      else if (!quoted && byte === delimiter) {
        column++;
        begins = true;
      } else if (!quoted && byte === LINE_FEED) {
        if (carriageReturns) output[written++] = CARRIAGE_RETURN;
        column = 0;
        begins = true;
      }
      output[written++] = byte;
    }
    return output.subarray(0, written);
  }

  /** Whether the value whose first byte is at `from` is one that begins like a formula. */
  private isFormula(rows: Buffer, from: number, quoted: boolean): boolean {
    if (!quoted && (this.isEnd(rows[from]) || this.isNull(rows, from))) return false;
    return STARTS.some((start) => hasAt(rows, from, start));
  }

  /** NULL stands without quotes, and a text that is the same stands in them. */
  private isNull(rows: Buffer, from: number): boolean {
    return this.isEnd(rows[from + this.nullText.length]) && hasAt(rows, from, this.nullText);
  }

  /** Whether a byte outside quotes ends a value. */
  private isEnd(byte: number | undefined): boolean {
    return byte === this.delimiter || byte === LINE_FEED;
  }
}

function hasAt(rows: Buffer, from: number, bytes: Buffer): boolean {
  const end = from + bytes.length;
  return end <= rows.length && rows.compare(bytes, 0, bytes.length, from, end) === 0;
}
