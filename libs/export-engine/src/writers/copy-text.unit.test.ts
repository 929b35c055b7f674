import fc from 'fast-check';
import { copyTextRows } from './copy-text';

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
const field = (value: string | null): string =>
  value === null ? '\\N' : value.replace(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPES[character]!);

// eslint-disable-next-line @typescript-eslint/require-await -- stands in for a stream
async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('copyTextRows', () => {
  it('reads what COPY writes, wherever the input is cut', async () => {
    const value = fc.option(
      fc.string({ unit: fc.constantFrom('\\', 'N', 'n', '\n', '\t', '\r', '\v', 'ü', '東', 'a') }),
    );
    const table = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 30 }), async (rows, size) => {
        const text = rows.map((row) => `${row.map(field).join('\t')}\n`).join('');
        const read: (string | null)[][] = [];
        for await (const batch of copyTextRows(chunksOf(Buffer.from(text), size))) read.push(...batch);
        expect(read).toEqual(rows);
      }),
    );
  });
});
