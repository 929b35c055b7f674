import type { CsvEncoding } from '#domain';

/** Turns text in UTF-8 into another encoding. */
export interface TextEncoder {
  /** What a file may begin with, so that a reader sees its encoding; empty where there is no such thing. */
  readonly byteOrderMark: Buffer;
  /** @param utf8 text in UTF-8 that is cut between characters */
  encode(utf8: Buffer): Buffer;
  /** Characters that the encoding lacks and for which a question mark was written. */
  readonly replaced: number;
}

export function textEncoder(encoding: CsvEncoding): TextEncoder {
  switch (encoding) {
    case 'utf-8':
      return { byteOrderMark: Buffer.from([0xef, 0xbb, 0xbf]), encode: (utf8) => utf8, replaced: 0 };
    case 'utf-16le':
      return {
        byteOrderMark: Buffer.from([0xff, 0xfe]),
        encode: (utf8) => Buffer.from(utf8.toString(), 'utf16le'),
        replaced: 0,
      };
    case 'windows-1252':
      return new Windows1252Encoder();
  }
}

/**
 * The characters from 0x80 to 0x9f; a space stands where the table has none. All others are those of Latin-1.
 *
 * @see https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT
 */
const FROM_0X80 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';
const BYTES: ReadonlyMap<number, number> = new Map(
  Array.from(FROM_0X80, (character, index) => [character.charCodeAt(0), 0x80 + index] as const).filter(
    ([code]) => code !== 0x20,
  ),
);
const QUESTION_MARK = 0x3f;

class Windows1252Encoder implements TextEncoder {
  readonly byteOrderMark = Buffer.alloc(0);
  private lacking = 0;

  get replaced(): number {
    return this.lacking;
  }

  encode(utf8: Buffer): Buffer {
    const text = utf8.toString();
    // As many units as bytes: it is ASCII throughout, which is the same in both.
    if (text.length === utf8.length) return utf8;
    const output = Buffer.allocUnsafe(text.length);
    let written = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      output[written++] = this.byteOf(code);
      // The second half of a pair belongs to the same character.
      if (code >= 0xd800 && code < 0xdc00) index++;
    }
    return output.subarray(0, written);
  }

  private byteOf(code: number): number {
    if (code < 0x80 || (code >= 0xa0 && code <= 0xff)) return code;
    const byte = BYTES.get(code);
    if (byte !== undefined) return byte;
    this.lacking++;
    return QUESTION_MARK;
  }
}
