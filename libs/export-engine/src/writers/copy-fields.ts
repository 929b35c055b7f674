import { isUtf8 } from 'node:buffer';

const TAB = 0x09;
const LINE_FEED = 0x0a;

/**
 * Cuts COPY's text format behind its separators, so that no piece ends within a value: values are apart by tabs, rows end with
 * a line feed, and within a value both are escaped. Bytes that are no UTF-8, which a database without an encoding may send,
 * become U+FFFD. Memory holds a piece of the input, or one value if that is longer.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
export async function* copyFields(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let unfinished: Buffer[] = [];
  for await (const chunk of source) {
    const end = Math.max(chunk.lastIndexOf(TAB), chunk.lastIndexOf(LINE_FEED)) + 1;
    if (end === 0) {
      unfinished.push(chunk);
      continue;
    }
    const begin = unfinished.length === 0 ? 0 : firstSeparator(chunk) + 1;
    if (begin > 0) yield sound(Buffer.concat([...unfinished, chunk.subarray(0, begin)]));
    if (begin < end) yield sound(chunk.subarray(begin, end));
    unfinished = end < chunk.length ? [chunk.subarray(end)] : [];
  }
}

function firstSeparator(chunk: Buffer): number {
  return chunk.findIndex((byte) => byte === TAB || byte === LINE_FEED);
}

function sound(piece: Buffer): Buffer {
  return isUtf8(piece) ? piece : Buffer.from(piece.toString());
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A value of COPY's text format without its escapes. */
export function unescaped(field: string): string {
  return field.includes('\\') ? field.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter) : field;
}
