import { isUtf8 } from 'node:buffer';

/**
 * Text of COPY as UTF-8: bytes that are none, which a database without an encoding may send, become U+FFFD.
 *
 * @param piece that is cut between characters
 */
export function sound(piece: Buffer): Buffer {
  return isUtf8(piece) ? piece : Buffer.from(piece.toString());
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A value of COPY's text format without its escapes. */
export function unescaped(field: string): string {
  return field.includes('\\') ? field.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter) : field;
}
