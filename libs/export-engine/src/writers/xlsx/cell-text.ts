import { LONGEST_CELL_TEXT, SIGNIFICANT_DIGITS } from './cell-values';

const LINE_FEED = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const AMPERSAND = 0x26;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
const SMALL_N = 0x6e;
const SMALL_T = 0x74;
const SMALL_X = 0x78;
/** Bytes; longer ones are rare, and a block has only so much room. */
const LONGEST_NUMBER = 64;
/** First bytes of U+0080 to U+00BF and of U+F000 to U+FFFF in UTF-8. */
const LEADS_C1 = 0xc2;
const LEADS_NONCHARACTERS = 0xef;

/** Bytes of text that are more than themselves. */
const SPECIAL = new Uint8Array(256);
for (let byte = 0; byte < SPACE; byte++) SPECIAL[byte] = 1;
for (const byte of [AMPERSAND, LESS, GREATER, BACKSLASH, UNDERSCORE, 0x7f, LEADS_C1, LEADS_NONCHARACTERS]) {
  SPECIAL[byte] = 1;
}

const AMP = Buffer.from('&amp;');
const LT = Buffer.from('&lt;');
const GT = Buffer.from('&gt;');
const PRESERVE = Buffer.from(' xml:space="preserve"');

/**
 * Writes a value of COPY's text format as the text of an XML element whose opening tag ends at `at`. Gives the place behind it,
 * or -1 for what takes more than a look at each byte: control characters, what looks like an escape, and what may be too long for
 * a cell.
 */
export function writeText(input: Buffer, from: number, end: number, output: Buffer, at: number): number {
  // A UTF-16 unit is at least a byte.
  if (end - from > LONGEST_CELL_TEXT) return -1;
  let next = at;
  for (let index = from; index < end; index++) {
    const byte = input[index] ?? 0;
    if (SPECIAL[byte] === 0) {
      output[next++] = byte;
      continue;
    }
    if (byte === AMPERSAND) next = append(AMP, output, next);
    else if (byte === LESS) next = append(LT, output, next);
    else if (byte === GREATER) next = append(GT, output, next);
    else if (byte === BACKSLASH) {
      const escaped = input[++index];
      if (escaped === BACKSLASH) output[next++] = BACKSLASH;
      else if (escaped === SMALL_N) output[next++] = LINE_FEED;
      else if (escaped === SMALL_T) output[next++] = TAB;
      else return -1;
    } else if (isPlain(input, index, end)) output[next++] = byte;
    else return -1;
  }
  return hasEdges(output, at, next) ? preserveSpace(output, at, next) : next;
}

/** Whether a text begins or ends with white space. */
export function hasEdges(output: Buffer, from: number, end: number): boolean {
  return end > from && ((output[from] ?? 0) <= SPACE || (output[end - 1] ?? 0) <= SPACE);
}

/** Whether a byte that may be part of something else is just itself. */
function isPlain(input: Buffer, index: number, end: number): boolean {
  const following = index + 1 < end ? (input[index + 1] ?? 0) : SPACE;
  switch (input[index]) {
    case UNDERSCORE:
      return following !== SMALL_X && (SPECIAL[following] === 0 || following === UNDERSCORE);
    case LEADS_C1:
      return following >= 0xa0;
    case LEADS_NONCHARACTERS:
      return following !== 0xbf || (input[index + 2] ?? 0) < 0xbe;
    default:
      return false;
  }
}

/** Readers drop blanks at the edges of a text unless its tag says otherwise. Writes into the tag that ends at `from`. */
export function preserveSpace(output: Buffer, from: number, end: number): number {
  output.copyWithin(from - 1 + PRESERVE.length, from - 1, end);
  append(PRESERVE, output, from - 1);
  return end + PRESERVE.length;
}

/**
 * Copies a number as it is if it has at most 15 significant digits, which any double gives back. Gives the place behind it, or -1 for
 * every other text.
 */
export function writeDigits(input: Buffer, from: number, end: number, output: Buffer, at: number): number {
  if (end - from > LONGEST_NUMBER) return -1;
  let next = at;
  let significant = 0;
  let digits = 0;
  /** Zeros behind the point that no other digit follows. */
  let trailing = 0;
  let pointSeen = false;
  for (let index = from; index < end; index++) {
    const byte = input[index] ?? 0;
    if (byte >= ZERO && byte <= NINE) {
      digits++;
      if (significant > 0 || byte !== ZERO) significant++;
      trailing = pointSeen && byte === ZERO ? trailing + 1 : 0;
    } else if (byte === POINT && !pointSeen) pointSeen = true;
    else if (byte !== MINUS || index > from) return -1;
    output[next++] = byte;
  }
  return digits > 0 && significant - trailing <= SIGNIFICANT_DIGITS ? next : -1;
}

/** Short runs are copied faster byte by byte than by a call. */
export function append(bytes: Buffer, output: Buffer, at: number): number {
  let next = at;
  for (let index = 0; index < bytes.length; index++) output[next++] = bytes[index] ?? 0;
  return next;
}
