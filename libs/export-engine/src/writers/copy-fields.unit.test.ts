import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { copyFields, unescaped } from './copy-fields';

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
const escaped = (value: string): string =>
  value.replace(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPES[character] ?? character);

// eslint-disable-next-line @typescript-eslint/require-await -- stands in for a stream
async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function piecesOf(bytes: Buffer, size: number): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of copyFields(chunksOf(bytes, size))) {
    expect(isUtf8(piece)).toBe(true);
    pieces.push(piece.toString());
  }
  return pieces;
}

describe('copyFields', () => {
  it('loses nothing and cuts no value, wherever the input is cut', async () => {
    const value = fc.string({ unit: fc.constantFrom('\\', 'N', 'n', '\n', '\t', '\r', '\v', 'ü', '東', 'a') });
    const table = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 30 }), async (rows, size) => {
        const text = rows.map((row) => `${row.map(escaped).join('\t')}\n`).join('');
        const pieces = await piecesOf(Buffer.from(text), size);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) expect(piece).toMatch(/[\t\n]$/);
      }),
    );
  });

  it('makes text of bytes that are none', async () => {
    const bytes = Buffer.from([0x61, 0xff, 0xc3, 0x09, 0xe6, 0x9d, 0x0a]);
    expect(await piecesOf(bytes, 100)).toEqual(['a\ufffd\ufffd\t\ufffd\n']);
  });
});

describe('unescaped', () => {
  it('gives back what COPY escaped', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(unescaped(escaped(text))).toBe(text)));
  });
});
