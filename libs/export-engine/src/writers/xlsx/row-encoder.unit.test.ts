import fc from 'fast-check';
import type { CellKind } from './cell-kinds';
import { LONGEST_CELL_TEXT } from './cell-values';
import { RowEncoder } from './row-encoder';

const KINDS: readonly CellKind[] = ['number', 'text', 'boolean', 'moment', 'time'];

function encoded(encoder: RowEncoder, text: string): string {
  const input = Buffer.from(text);
  const blocks: Buffer[] = [];
  for (let at = 0; at < input.length;) {
    at = encoder.encode(input, at);
    blocks.push(Buffer.from(encoder.takeBlock()));
  }
  return Buffer.concat(blocks).toString();
}

const encoder = (kinds = KINDS, styles: readonly number[] = []): RowEncoder => new RowEncoder(kinds, styles);

const inline = (reference: string, text: string): string =>
  `<c r="${reference}" t="inlineStr"><is><t>${text}</t></is></c>`;

describe('RowEncoder', () => {
  it('makes typed cells with references', () => {
    expect(encoded(encoder(), '1.50\ta\tt\t2026-11-23\t06:00:00\n')).toBe(
      `<row r="2"><c r="A2"><v>1.50</v></c>${inline('B2', 'a')}<c r="C2" t="b"><v>1</v></c>` +
        '<c r="D2"><v>46349</v></c><c r="E2"><v>0.25</v></c></row>',
    );
  });

  it('has no cell for NULL, and an empty one for an empty text', () => {
    expect(encoded(encoder(), '\\N\t\t\\N\t\\N\t\\N\n')).toBe(`<row r="2">${inline('B2', '')}</row>`);
  });

  it('gives each column its style', () => {
    expect(encoded(encoder(['number', 'text'], [3, 0]), '1\ta\n')).toBe(
      `<row r="2"><c r="A2" s="3"><v>1</v></c>${inline('B2', 'a')}</row>`,
    );
  });

  it('keeps as text what is no number, date or time to a spreadsheet', () => {
    expect(
      encoded(encoder(['number', 'moment', 'time', 'number']), 'NaN\tinfinity\t06:00:00+02\t9223372036854775807\n'),
    ).toBe(
      `<row r="2">${inline('A2', 'NaN')}${inline('B2', 'infinity')}${inline('C2', '06:00:00+02')}${inline('D2', '9223372036854775807')}</row>`,
    );
    expect(encoded(encoder(['number']), '0.30000000000000004\n')).toContain('<v>0.30000000000000004</v>');
    expect(encoded(encoder(['number']), '1e+300\n')).toContain('<v>1e+300</v>');
  });

  it('cleans text, and keeps its blanks', () => {
    expect(encoded(encoder(['text']), 'a\\r\\nb\u0007 \n')).toContain('<t xml:space="preserve">a\nb </t>');
    expect(encoded(encoder(['text']), '_x0041_\n')).toContain('<t>_x005F_x0041_</t>');
    expect(encoded(encoder(['text']), '=1+1\n')).not.toContain('<f>');
  });

  it('cuts what no cell holds, and counts it', () => {
    const made = encoder(['text', 'number']);
    const xml = encoded(made, `${'&'.repeat(LONGEST_CELL_TEXT + 1)}\t${'9'.repeat(40_000)}\n`);
    expect(xml).toContain(`<t>${'&amp;'.repeat(LONGEST_CELL_TEXT)}</t>`);
    expect(xml).toContain(`<t>${'9'.repeat(LONGEST_CELL_TEXT)}</t>`);
    expect(made.cutTexts).toBe(2);
  });

  it('counts rows through every number of digits', () => {
    const made = encoder(['number']);
    const xml = encoded(made, '7\n'.repeat(1200));
    expect(xml).toBe(
      Array.from({ length: 1200 }, (_, row) => `<row r="${row + 2}"><c r="A${row + 2}"><v>7</v></c></row>`).join(''),
    );
    expect(made.rows).toBe(1200);
    made.beginSheet();
    expect(encoded(made, '7\n')).toContain('<row r="2"><c r="A2">');
  });

  it('names columns beyond Z', () => {
    const xml = encoded(encoder(Array.from({ length: 703 }, () => 'number' as const)), `${'1\t'.repeat(702)}1\n`);
    for (const reference of ['A2', 'Z2', 'AA2', 'AZ2', 'BA2', 'ZZ2', 'AAA2']) expect(xml).toContain(`"${reference}"`);
  });

  it('leaves out columns that nobody named', () => {
    expect(encoded(encoder(['number']), '1\t2\n3\t4\n')).toBe(
      '<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>',
    );
    expect(encoded(encoder([]), '\n')).toBe('<row r="2"></row>');
  });

  it('makes the same blocks wherever the input is cut', () => {
    const row = `1\t${'<'.repeat(20_000)}\tf\t\\N\t00:00:00\n`;
    const input = Buffer.from(row.repeat(40));
    const blocksOf = (cuts: readonly number[]): string[] => {
      const made = encoder();
      const blocks: string[] = [];
      for (const [index, end] of [...cuts, input.length].entries()) {
        const piece = input.subarray(index === 0 ? 0 : cuts[index - 1], end);
        for (let at = 0; at < piece.length;) {
          at = made.encode(piece, at);
          if (made.blockIsFull) {
            const block = made.takeBlock();
            blocks.push(block.toString());
            made.recycle(block);
          }
        }
      }
      return [...blocks, made.takeBlock().toString()];
    };
    const expected = blocksOf([]);
    expect(expected.length).toBeGreaterThan(3);
    const separators = [...input.entries()].filter(([, byte]) => byte === 0x09 || byte === 0x0a).map(([at]) => at + 1);
    fc.assert(
      fc.property(fc.subarray(separators), (cuts) => expect(blocksOf(cuts)).toEqual(expected)),
      { numRuns: 20 },
    );
  });
});
