import { CellValues, LONGEST_CELL_TEXT, printable } from './xlsx-values';

const convert = (type: Parameters<CellValues['converter']>[0], text: string) => new CellValues().converter(type)(text);

describe('CellValues', () => {
  it.each([
    ['integer', '0', 0],
    ['integer', '-999999999999999', -999999999999999],
    ['integer', '1000000000000000', '1000000000000000'],
    ['integer', '9223372036854775807', '9223372036854775807'],
    ['decimal', '12.50', 12.5],
    ['decimal', '-0.1', -0.1],
    ['decimal', '0.000000000000000000', 0],
    ['decimal', '-12.500000000000000000', -12.5],
    ['decimal', '123456789012345678.90', '123456789012345678.90'],
    ['decimal', '0.12345678901234567891', '0.12345678901234567891'],
    ['decimal', '0.30000000000000004', 0.30000000000000004],
    ['decimal', '1.7976931348623157e+308', 1.7976931348623157e308],
    ['decimal', 'NaN', 'NaN'],
    ['decimal', 'Infinity', 'Infinity'],
    ['boolean', 't', true],
    ['boolean', 'false', false],
    ['date', '2026-11-23', 46349],
    ['date', '1900-03-01', 61],
    ['date', '1900-02-28', '1900-02-28'],
    ['date', '0044-03-15 BC', '0044-03-15 BC'],
    ['date', '0044-03-15', '0044-03-15'],
    ['date', 'infinity', 'infinity'],
    ['date', '10000-01-01', '10000-01-01'],
    ['timestamp', '2026-11-23 12:00:00', 46349.5],
    ['timestamp', '2026-11-23 18:00:00.000', 46349.75],
    ['time', '06:00:00', 0.25],
    ['time', '24:00:00', 1],
    ['time', '06:00:00+02', '06:00:00+02'],
    ['uuid', '5f0c…', '5f0c…'],
    ['string', '=1+1', '=1+1'],
    ['json', '{"a": 1}', '{"a": 1}'],
  ] as const)('%s %s', (type, text, value) => {
    expect(convert(type, text)).toBe(value);
  });

  it('cuts text that no cell holds, between characters, and counts it', () => {
    const values = new CellValues();
    const text = values.converter('string');
    expect(text('x'.repeat(LONGEST_CELL_TEXT))).toHaveLength(LONGEST_CELL_TEXT);
    expect(values.cutTexts).toBe(0);
    expect(text('x'.repeat(LONGEST_CELL_TEXT + 1))).toHaveLength(LONGEST_CELL_TEXT);
    expect(text(`${'x'.repeat(LONGEST_CELL_TEXT - 1)}😀`)).toBe('x'.repeat(LONGEST_CELL_TEXT - 1));
    expect(values.cutTexts).toBe(2);
  });
});

describe('printable', () => {
  it('keeps what XML can hold', () => {
    expect(printable('a\tb\nc')).toBe('a\tb\nc');
    expect(printable('a\r\nb\rc')).toBe('a\nb\nc');
    expect(printable('a\u0000\u0007\u001b[31m\ufffeb')).toBe('a[31mb');
  });

  it('leaves no text that a reader would take for an escape', () => {
    expect(printable('_x0041_ and _x00')).toBe('_x005F_x0041_ and _x00');
  });
});
