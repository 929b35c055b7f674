const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Follows CSV as PostgreSQL's COPY writes it (lines end with LF, quotes inside quotes are doubled), counts its rows, gives
 * them the line ending asked for and drops those beyond the limit. Line feeds inside quotes are part of a value and stay
 * as they are: a row ends where an even number of quotes has gone by. Chunks may be cut anywhere.
 */
export class CsvLines {
  private rowsSeen = 0;
  private quoted = false;
  private beyond = false;

  constructor(
    private readonly lineEnding: 'crlf' | 'lf',
    private readonly maxRows: number,
  ) {}

  /** Rows given back so far, whole ones. */
  get rows(): number {
    return this.rowsSeen;
  }

  /** True once there were more rows than the limit. */
  get truncated(): boolean {
    return this.beyond;
  }

  /** The bytes to write for the next piece of the input. May be the piece itself. */
  push(chunk: Buffer): Buffer {
    if (this.rowsSeen === this.maxRows) {
      this.beyond ||= chunk.length > 0;
      return chunk.subarray(0, 0);
    }
    return this.lineEnding === 'lf' ? this.count(chunk) : this.rewrite(chunk);
  }

  private count(chunk: Buffer): Buffer {
    const { maxRows } = this;
    let { rowsSeen, quoted } = this;
    let index = 0;
    while (index < chunk.length && rowsSeen < maxRows) {
      const byte = chunk[index++];
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LINE_FEED && !quoted) rowsSeen++;
    }
    this.rowsSeen = rowsSeen;
    this.quoted = quoted;
    this.beyond = index < chunk.length;
    return chunk.subarray(0, index);
  }

  private rewrite(chunk: Buffer): Buffer {
    const { maxRows } = this;
    let { rowsSeen, quoted } = this;
    let output: Buffer = Buffer.allocUnsafe(chunk.length + (chunk.length >> 3) + 16);
    let written = 0;
    let index = 0;
    while (index < chunk.length && rowsSeen < maxRows) {
      const byte = chunk[index++] ?? 0;
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LINE_FEED && !quoted) {
        rowsSeen++;
        output[written++] = CARRIAGE_RETURN;
        // Room for this line feed and for what is left, should no other row end in it.
        if (written + 1 + chunk.length - index >= output.length) output = grown(output, written, chunk.length - index);
      }
      output[written++] = byte;
    }
    this.rowsSeen = rowsSeen;
    this.quoted = quoted;
    this.beyond = index < chunk.length;
    return output.subarray(0, written);
  }
}

function grown(output: Buffer, written: number, left: number): Buffer {
  const larger = Buffer.allocUnsafe(written + 2 * left + 16);
  output.copy(larger, 0, 0, written);
  return larger;
}
