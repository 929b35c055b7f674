import { unescaped } from '../copy-fields';
import { CellOpenings, TEXT_TAIL } from './cell-openings';
import type { CellKind } from './cell-kinds';
import { append, hasEdges, preserveSpace, writeDigits, writeText } from './cell-text';
import { cellXml, cutToCell, LONGEST_CELL_TEXT, numberOf, printable } from './cell-values';
import { writeMoment, writeTime } from './serial-dates';

/** Bytes after which a block is full. */
const BLOCK_BYTES = 512 * 1024;
/** What one more cell, the longest there is, may need: no UTF-16 unit takes more than the five bytes of `&amp;`. */
const ROOM_FOR_A_CELL = 5 * LONGEST_CELL_TEXT + 256;

/** Below the header. */
const FIRST_ROW = 2;

const LINE_FEED = 0x0a;
const TAB = 0x09;
const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;
const SMALL_T = 0x74;

const ROW_OPENING = Buffer.from('<row r="');
const ROW_OPENING_END = Buffer.from('">');
const ROW_CLOSING = Buffer.from('</row>');
const VALUE_CLOSING = Buffer.from('</v></c>');
const TEXT_CLOSING = Buffer.from('</t></is></c>');

/**
 * Turns COPY's text format into the rows of a sheet (ECMA-376 part 1, 18.3.1.73), bytes into bytes: a value becomes a string only
 * if it is out of the ordinary. The XML comes in blocks of some 512 KiB, whose bounds depend on the rows alone and not on how the
 * input was cut.
 */
export class RowEncoder {
  private readonly openings: CellOpenings;
  private readonly spare: Buffer[] = [];
  private output: Buffer;
  private at = 0;
  private column = 0;
  private rowsSeen = 0;
  private cut = 0;

  /**
   * @param kinds of the columns in the order of the input, whose further columns are left out
   * @param styles of their cells, as indexes into the style sheet
   */
  constructor(
    private readonly kinds: readonly CellKind[],
    styles: readonly number[],
  ) {
    this.openings = new CellOpenings(kinds, styles, FIRST_ROW);
    this.output = newBlock();
  }

  /** Whole rows since the beginning of the sheet. */
  get rows(): number {
    return this.rowsSeen;
  }

  /** Texts, of all sheets, that no cell could hold whole. */
  get cutTexts(): number {
    return this.cut;
  }

  get blockIsFull(): boolean {
    return this.at >= BLOCK_BYTES;
  }

  /** Begins the rows of another sheet. */
  beginSheet(): void {
    this.openings.beginAt(FIRST_ROW);
    this.rowsSeen = 0;
  }

  /** What has been encoded since the last call. Give it back with `recycle`. */
  takeBlock(): Buffer {
    const block = this.output.subarray(0, this.at);
    this.output = this.spare.pop() ?? newBlock();
    this.at = 0;
    return block;
  }

  /** Lets a block that nobody reads any more be overwritten. */
  readonly recycle = (block: Buffer): void => {
    this.spare.push(Buffer.from(block.buffer, block.byteOffset, BLOCK_BYTES + ROOM_FOR_A_CELL));
  };

  /**
   * Encodes whole values from `from` on until the input ends or the block is full. Gives the place in the input at which to go on.
   */
  encode(input: Buffer, from: number): number {
    const columns = this.kinds.length;
    let next = from;
    while (next < input.length && this.at < BLOCK_BYTES) {
      if (this.column === 0) this.openRow();
      const end = fieldEnd(input, next);
      const isNull = input[next] === BACKSLASH && input[next + 1] === CAPITAL_N;
      if (!isNull && this.column < columns) this.writeCell(input, next, end);
      this.column++;
      if (input[end] === LINE_FEED) this.closeRow();
      next = end + 1;
    }
    return next;
  }

  private openRow(): void {
    const at = append(this.openings.digits, this.output, append(ROW_OPENING, this.output, this.at));
    this.at = append(ROW_OPENING_END, this.output, at);
  }

  private closeRow(): void {
    this.at = append(ROW_CLOSING, this.output, this.at);
    this.openings.nextRow();
    this.column = 0;
    this.rowsSeen++;
  }

  private writeCell(input: Buffer, from: number, end: number): void {
    const { output, openings, column } = this;
    const { bytes, starts } = openings;
    let at = this.at;
    for (let index = starts[column] ?? 0; index < (starts[column + 1] ?? 0); index++) output[at++] = bytes[index] ?? 0;
    const kind = this.kinds[column] ?? 'text';
    let written = writeValue(kind, input, from, end, output, at);
    if (written < 0 && kind === 'number') {
      const number = numberOf(input.toString('latin1', from, end));
      if (number !== null) written = at + output.write(String(number), at, 'latin1');
    }
    if (written >= 0) this.at = append(kind === 'text' ? TEXT_CLOSING : VALUE_CLOSING, output, written);
    else this.writeAsText(kind, input, from, end, at - (openings.tails[column] ?? 0));
  }

  /** The cell of a value that its own way left alone; `at` is behind the opening's style. */
  private writeAsText(kind: CellKind, input: Buffer, from: number, end: number, at: number): void {
    const { output } = this;
    const begin = append(TEXT_TAIL, output, at);
    const written = kind === 'text' ? -1 : writeText(input, from, end, output, begin);
    this.at = append(TEXT_CLOSING, output, written >= 0 ? written : this.writeCleaned(input, from, end, begin));
  }

  private writeCleaned(input: Buffer, from: number, end: number, at: number): number {
    const { output } = this;
    const clean = printable(unescaped(input.toString('utf8', from, end)));
    const held = cutToCell(clean);
    if (held.length < clean.length) this.cut++;
    const next = at + output.write(cellXml(held), at);
    return hasEdges(output, at, next) ? preserveSpace(output, at, next) : next;
  }
}

/** The place behind the value, or -1 where it needs a closer look. */
function writeValue(kind: CellKind, input: Buffer, from: number, end: number, output: Buffer, at: number): number {
  switch (kind) {
    case 'number':
      return writeDigits(input, from, end, output, at);
    case 'boolean':
      output[at] = input[from] === SMALL_T ? 0x31 : 0x30;
      return at + 1;
    case 'moment':
      return writeMoment(input, from, end, output, at);
    case 'time':
      return writeTime(input, from, end, output, at);
    case 'text':
      return writeText(input, from, end, output, at);
  }
}

function fieldEnd(input: Buffer, from: number): number {
  let end = from;
  while (end < input.length) {
    const byte = input[end];
    if (byte === TAB || byte === LINE_FEED) break;
    end++;
  }
  return end;
}

function newBlock(): Buffer {
  return Buffer.allocUnsafeSlow(BLOCK_BYTES + ROOM_FOR_A_CELL);
}
