import { cellXml, cutToCell, LONGEST_CELL_TEXT, numberOf, printable, xmlAttribute } from './cell-values';

describe('numberOf', () => {
  it.each([
    ['0', 0],
    ['-999999999999999', -999999999999999],
    ['1000000000000000', null],
    ['9223372036854775807', null],
    ['12.50', 12.5],
    ['-0.1', -0.1],
    ['0.000000000000000000', 0],
    ['-12.500000000000000000', -12.5],
    ['0.000000000000000000000000000012', 1.2e-29],
    ['100000000000000.00000000', 100000000000000],
    ['1000000000000000.00', null],
    ['123456789012345678.90', null],
    ['0.12345678901234567891', null],
    ['0.30000000000000004', 0.30000000000000004],
    ['1.7976931348623157e+308', 1.7976931348623157e308],
    ['NaN', null],
    ['-Infinity', null],
    ['', null],
  ])('%s', (text, value) => expect(numberOf(text)).toBe(value));
});

describe('printable', () => {
  it('keeps what XML can hold', () => {
    expect(printable('a\tb\nc \u0085 ü 東 😀 \u200f')).toBe('a\tb\nc \u0085 ü 東 😀 \u200f');
    expect(printable('a\r\nb\rc')).toBe('a\nb\nc');
    expect(printable('a\u0000\u0007\u001b[31m\ufffe\u0080b')).toBe('a[31mb');
  });

  it('has a sign in place of half a surrogate pair', () => {
    expect(printable('a\ud83d-\ude00b')).toBe('a\ufffd-\ufffdb');
  });
});

describe('cutToCell', () => {
  it('cuts what no cell holds, between characters', () => {
    const longest = 'x'.repeat(LONGEST_CELL_TEXT);
    expect(cutToCell(longest)).toBe(longest);
    expect(cutToCell(`${longest}x`)).toBe(longest);
    expect(cutToCell(`${longest.slice(1)}😀`)).toBe(longest.slice(1));
    expect(cutToCell(`${longest.slice(2)}😀!`)).toBe(`${longest.slice(2)}😀`);
  });
});

describe('XML', () => {
  it('leaves no text that a reader would take for an escape', () => {
    expect(cellXml('_x0041_x0042_ and _x00')).toBe('_x005F_x0041_x005F_x0042_ and _x00');
  });

  it('has no text that is markup', () => {
    expect(cellXml(`<a href="x">&amp;</a>`)).toBe('&lt;a href="x"&gt;&amp;amp;&lt;/a&gt;');
    expect(xmlAttribute(`"T" & <x>`)).toBe('&quot;T&quot; &amp; &lt;x&gt;');
  });
});
