import type { CellKind } from './cell-kinds';

/** What comes between a cell's style and its value. */
export const TEXT_TAIL = Buffer.from(' t="inlineStr"><is><t>');
const TAILS: Readonly<Record<CellKind, Buffer>> = {
  number: Buffer.from('><v>'),
  moment: Buffer.from('><v>'),
  time: Buffer.from('><v>'),
  boolean: Buffer.from(' t="b"><v>'),
  text: TEXT_TAIL,
};

const ZERO = 0x30;
const NINE = 0x39;

/** `A` for column 0, `Z` for 25, `AA` for 26. */
export function columnLetters(column: number): string {
  const letter = String.fromCharCode(0x41 + (column % 26));
  return column < 26 ? letter : columnLetters(Math.floor(column / 26) - 1) + letter;
}

/**
 * The bytes that open each cell of a row, `<c r="B17" s="2"><v>`, ready to be copied. A row differs from the one before by the
 * last digits of its number alone, so only these are written anew.
 */
export class CellOpenings {
  /** All openings one after another; that of column `c` is from `starts[c]` to `starts[c + 1]`. */
  bytes = Buffer.alloc(0);
  readonly starts: Int32Array;
  /** Bytes from the end of the style to the value, for each column. */
  readonly tails: Int32Array;
  /** The number of the row as digits. */
  digits = Buffer.alloc(0);
  /** Where the digits of each column's reference end. */
  private readonly digitEnds: Int32Array;

  constructor(
    private readonly kinds: readonly CellKind[],
    private readonly styles: readonly number[],
    firstRow: number,
  ) {
    this.starts = new Int32Array(kinds.length + 1);
    this.tails = Int32Array.from(kinds, (kind) => TAILS[kind].length);
    this.digitEnds = new Int32Array(kinds.length);
    this.beginAt(firstRow);
  }

  beginAt(row: number): void {
    this.digits = Buffer.from(String(row));
    const openings = this.kinds.map((kind, column) => {
      const reference = `<c r="${columnLetters(column)}${row}`;
      const style = this.styles[column] ? ` s="${this.styles[column]}"` : '';
      this.digitEnds[column] = (this.starts[column] ?? 0) + reference.length;
      const opening = Buffer.concat([Buffer.from(`${reference}"${style}`), TAILS[kind]]);
      this.starts[column + 1] = (this.starts[column] ?? 0) + opening.length;
      return opening;
    });
    this.bytes = Buffer.concat(openings);
  }

  nextRow(): void {
    const { digits, digitEnds, bytes } = this;
    let changed = 1;
    let place = digits.length - 1;
    while (place >= 0 && digits[place] === NINE) {
      digits[place] = ZERO;
      place--;
      changed++;
    }
    if (place < 0) {
      this.beginAt(10 ** digits.length);
      return;
    }
    digits[place] = (digits[place] ?? 0) + 1;
    for (const end of digitEnds) {
      for (let back = 1; back <= changed; back++) bytes[end - back] = digits[digits.length - back] ?? 0;
    }
  }
}
