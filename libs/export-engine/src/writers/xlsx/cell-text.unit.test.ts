import fc from 'fast-check';
import { writeDigits, writeText } from './cell-text';
import { cellXml, LONGEST_CELL_TEXT, numberOf, printable } from './cell-values';

function written(write: typeof writeText, text: string): string | null {
  const input = Buffer.from(`..${text}\tx`);
  const output = Buffer.alloc(6 * text.length + 64);
  output.write('<t>');
  const end = write(input, 2, 2 + Buffer.byteLength(text), output, 3);
  return end < 0 ? null : output.toString('utf8', 0, end);
}

const UNITS = Array.from('ab_x0041 <>&"\u0001\u007f\u0080\u00a0\ufffe\uff1dü東😀');

describe('writeText', () => {
  it.each([
    ['', '<t>'],
    ['plain ü 東 😀 \u00a0 \u200f', '<t>plain ü 東 😀 \u00a0 \u200f'],
    ['=1+1', '<t>=1+1'],
    ['<b> & "q"', '<t>&lt;b&gt; &amp; "q"'],
    ['a\\\\N\\tb\\nc', '<t>a\\N\tb\nc'],
    ['snake_case__ _', '<t>snake_case__ _'],
    [' a', '<t xml:space="preserve"> a'],
    ['a ', '<t xml:space="preserve">a '],
    ['\\n', '<t xml:space="preserve">\n'],
    ['\uff1d\uffbd\ufffd', '<t>\uff1d\uffbd\ufffd'],
  ])('writes %j', (text, xml) => expect(written(writeText, text)).toBe(xml));

  it.each([
    ['a\\r'],
    ['\u0007'],
    ['\u007f'],
    ['\u0085'],
    ['\u009f'],
    ['\ufffe'],
    ['\uffff'],
    ['_x0041_'],
    ['_\u0001x0041_'],
  ])('leaves %j to a closer look', (text) => expect(written(writeText, text)).toBeNull());

  it('leaves what may be too long', () => {
    expect(written(writeText, 'x'.repeat(LONGEST_CELL_TEXT))).toHaveLength(LONGEST_CELL_TEXT + 3);
    expect(written(writeText, 'x'.repeat(LONGEST_CELL_TEXT + 1))).toBeNull();
  });

  it('writes what the closer look would, or nothing', () => {
    const text = fc.string({ unit: fc.constantFrom(...UNITS) });
    fc.assert(
      fc.property(text, (value) => {
        const xml = cellXml(printable(value));
        const found = written(writeText, value)?.replace(/^<t[^>]*>/, '') ?? null;
        expect([xml, null]).toContain(found);
        if (!/[_\p{Cc}\ufffe]/u.test(value)) expect(found).toBe(xml);
      }),
    );
  });
});

describe('writeDigits', () => {
  it.each([
    ['0', '<t>0'],
    ['-1.50', '<t>-1.50'],
    ['-999999999999999', '<t>-999999999999999'],
    ['-12.500000000000000000', '<t>-12.500000000000000000'],
    ['0.00000000000000000012', '<t>0.00000000000000000012'],
    ['1000000000000000', null],
    ['1000000000000000.0', null],
    ['0.1234567890123456', null],
    ['1e+300', null],
    ['1.2.3', null],
    ['1-2', null],
    ['NaN', null],
    ['-', null],
    ['', null],
    [`0.${'0'.repeat(100)}`, null],
  ])('%s', (text, xml) => expect(written(writeDigits, text)).toBe(xml));

  it('copies no number that would have to stay text', () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,20})?$/);
    fc.assert(
      fc.property(number, (text) => {
        const found = written(writeDigits, text);
        if (found !== null) expect(Number(found.slice(3))).toBe(numberOf(text));
      }),
    );
  });
});
