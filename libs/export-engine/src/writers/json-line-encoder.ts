import type { DataType } from '#domain';

export interface JsonColumn {
  readonly header: string;
  readonly dataType: DataType;
}

/** What a value is in JSON. */
type Kind = 'number' | 'boolean' | 'json' | 'text';

interface Member {
  /** What stands before the value: `{"id":` or `,"name":`. */
  readonly opening: Buffer;
  readonly kind: Kind;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const CLOSING = 0x7d;
const LETTER_N = 0x4e;
const LETTER_T = 0x74;
const LETTER_V = 0x76;
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const HEX = Buffer.from('0123456789abcdef');
/** `\u001f` for one byte is the most that a byte becomes; `null` is shorter than twice `\N`. */
const LARGEST_GROWTH = 6;
/** The quotes of a text. */
const MOST_AROUND = 2;

/**
 * Makes lines of JSON (RFC 8259) of rows of COPY's text format, byte by byte: no cell becomes an object. Numbers keep every
 * digit that the database wrote; `NaN` and infinities, which JSON has not, become texts.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
export class JsonLineEncoder {
  private readonly members: readonly Member[];
  /** Bytes that a row has at most beside its values. */
  private readonly frame: number;
  private input: Buffer = Buffer.alloc(0);
  private output: Buffer = Buffer.alloc(0);
  private read = 0;
  private written = 0;

  constructor(columns: readonly JsonColumn[]) {
    this.members = columns.map(({ header, dataType }, index) => ({
      opening: Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(header)}:`),
      kind: kindOf(dataType),
    }));
    this.frame = this.members.reduce((sum, { opening }) => sum + opening.length + MOST_AROUND, 2);
  }

  /** @param rows whole ones */
  encode(rows: Buffer): Buffer {
    this.input = rows;
    this.output = Buffer.allocUnsafe(4 * rows.length + this.frame);
    this.read = 0;
    this.written = 0;
    while (this.read < rows.length) {
      this.reserve(LARGEST_GROWTH * (rows.indexOf(LINE_FEED, this.read) - this.read) + this.frame);
      for (const { opening, kind } of this.members) {
        this.put(opening);
        this.value(kind);
        // The tab or line feed after the value.
        this.read++;
      }
      this.output[this.written++] = CLOSING;
      this.output[this.written++] = LINE_FEED;
    }
    return this.output.subarray(0, this.written);
  }

  private value(kind: Kind): void {
    const { input, read } = this;
    // Every other backslash is doubled or belongs to another escape, so this can only be NULL.
    if (input[read] === BACKSLASH && input[read + 1] === LETTER_N) {
      this.put(NULL);
      this.read += 2;
      return;
    }
    switch (kind) {
      case 'number':
        if (this.startsNumber()) this.plain();
        else this.text();
        return;
      case 'boolean':
        this.put(input[read] === LETTER_T ? TRUE : FALSE);
        this.skip();
        return;
      case 'json':
        this.json();
        return;
      case 'text':
        this.text();
    }
  }

  private startsNumber(): boolean {
    const first = this.input[this.read] === MINUS ? this.input[this.read + 1] : this.input[this.read];
    return first !== undefined && first >= ZERO && first <= NINE;
  }

  private plain(): void {
    const { input, output } = this;
    let { read, written } = this;
    for (let byte = input[read] ?? LINE_FEED; byte > LINE_FEED; byte = input[++read] ?? LINE_FEED) {
      output[written++] = byte;
    }
    this.read = read;
    this.written = written;
  }

  private skip(): void {
    while ((this.input[this.read] ?? LINE_FEED) > LINE_FEED) this.read++;
  }

  /** COPY's escapes are JSON's, save `\v`. */
  private text(): void {
    const { input, output } = this;
    let { read, written } = this;
    output[written++] = QUOTE;
    for (;;) {
      const byte = input[read] ?? LINE_FEED;
      if (byte === TAB || byte === LINE_FEED) break;
      read++;
      if (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) {
        output[written++] = byte;
      } else if (byte === BACKSLASH && input[read] !== LETTER_V) {
        output[written++] = byte;
        output[written++] = input[read++] ?? BACKSLASH;
      } else if (byte === QUOTE) {
        output[written++] = BACKSLASH;
        output[written++] = QUOTE;
      } else {
        const control = byte === BACKSLASH ? 0x0b : byte;
        if (byte === BACKSLASH) read++;
        written = writeControl(output, written, control);
      }
    }
    output[written++] = QUOTE;
    this.read = read;
    this.written = written;
  }

  /** A document's own line breaks and tabs, which can only stand between its parts, become spaces. */
  private json(): void {
    const { input, output } = this;
    let { read, written } = this;
    for (;;) {
      const byte = input[read] ?? LINE_FEED;
      if (byte === TAB || byte === LINE_FEED) break;
      read++;
      if (byte === BACKSLASH) {
        output[written++] = input[read] === BACKSLASH ? BACKSLASH : SPACE;
        read++;
      } else {
        output[written++] = byte;
      }
    }
    this.read = read;
    this.written = written;
  }

  private put(bytes: Buffer): void {
    const { output } = this;
    let { written } = this;
    // A call to copy so few bytes would take longer.
    for (let index = 0; index < bytes.length; index++) output[written++] = bytes[index] ?? 0;
    this.written = written;
  }

  private reserve(bytes: number): void {
    if (this.written + bytes <= this.output.length) return;
    const larger = Buffer.allocUnsafe(2 * this.output.length + bytes);
    this.output.copy(larger, 0, 0, this.written);
    this.output = larger;
  }
}

function writeControl(output: Buffer, at: number, code: number): number {
  output.write('\\u00', at, 'latin1');
  output[at + 4] = HEX[code >> 4] ?? ZERO;
  output[at + 5] = HEX[code & 0xf] ?? ZERO;
  return at + 6;
}

function kindOf(type: DataType): Kind {
  switch (type) {
    case 'integer':
    case 'decimal':
    case 'currency':
    case 'percent':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'json':
    case 'array':
      return 'json';
    case 'string':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'duration':
    case 'uuid':
      return 'text';
  }
}
