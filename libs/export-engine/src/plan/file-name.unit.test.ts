import fc from 'fast-check';
import { FILE_NAME_PLACEHOLDERS } from '#domain';
import { fileName, fileNames, type NamedPart, type Naming } from './file-name';

const NAMING: Naming = {
  pattern: null,
  title: 'Sales',
  nominalTime: '2026-11-23T23:30:00.000Z',
  timeZone: 'Europe/Berlin',
  extension: 'csv',
};
const name = (title: string): string => fileName(title, NAMING.nominalTime, NAMING.timeZone, 'csv');
const names = (pattern: string | null, parts: readonly NamedPart[], title = NAMING.title): string[] =>
  fileNames({ ...NAMING, pattern, title }, parts);
const values = (...all: (string | null)[]): NamedPart[] => all.map((value) => ({ value }));

describe('the usual name', () => {
  it('ends with the nominal time in the zone of the report', () => {
    expect(name('Delayed flights')).toBe('Delayed flights_2026-11-24T0030.csv');
    expect(fileName('x', '2026-07-01T10:05:59.999Z', 'America/New_York', 'xlsx')).toBe('x_2026-07-01T0605.xlsx');
  });

  it.each([
    ['../../etc/passwd', '_.._etc_passwd_2026-11-24T0030.csv'],
    ['a\\b:c*d?e"f<g>h|i', 'a_b_c_d_e_f_g_h_i_2026-11-24T0030.csv'],
    ['x\r\nSet-Cookie: a\0b', 'x Set-Cookie_ a b_2026-11-24T0030.csv'],
    ['\u202egnp.exe', 'gnp.exe_2026-11-24T0030.csv'],
    ['  ', 'Report_2026-11-24T0030.csv'],
    ['...', 'Report_2026-11-24T0030.csv'],
    ['Verspätete Flüge 東京', 'Verspätete Flüge 東京_2026-11-24T0030.csv'],
  ])('makes %j safe', (title, expected) => {
    expect(name(title)).toBe(expected);
  });

  it('is always the name of a file', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
        const made = name(title);
        expect(made).toMatch(/^[^/\\\p{Cc}"]+_2026-11-24T0030\.csv$/u);
        expect(Buffer.byteLength(made)).toBeLessThanOrEqual(255);
        expect(made.startsWith('.')).toBe(false);
      }),
    );
    expect(name('東'.repeat(300))).toBe(`${'東'.repeat(66)}_2026-11-24T0030.csv`);
  });
});

describe('a pattern', () => {
  it('is filled in', () => {
    expect(names('{template} of {date} at {time}, {part} of {parts}', [{}, {}])).toEqual([
      'Sales of 2026-11-24 at 0030, 1 of 2.csv',
      'Sales of 2026-11-24 at 0030, 2 of 2.csv',
    ]);
    expect(names('{value} {template}', values('North', 'South'))).toEqual(['North Sales.csv', 'South Sales.csv']);
    expect(names('🛫 {template}', [{}], '🌍')).toEqual(['🛫 🌍.csv']);
  });

  it('counts parts in figures of one length, so that names sort as the files do', () => {
    const made = names('{part}', Array<NamedPart>(12).fill({}));
    expect([made[0], made[11]]).toEqual(['01.csv', '12.csv']);
  });

  it('gets what it lacks to tell files apart', () => {
    expect(names(null, [{}, {}, {}])[1]).toBe('Sales_2026-11-24T0030_2-of-3.csv');
    expect(names('{date}', [{}])).toEqual(['2026-11-24.csv']);
    expect(names('{date}', [{}, {}])).toEqual(['2026-11-24_1-of-2.csv', '2026-11-24_2-of-2.csv']);
    expect(names('{date}', values('North', 'South'))).toEqual(['2026-11-24_North.csv', '2026-11-24_South.csv']);
    expect(names('x', values('North'))).toEqual(['x_North.csv']);
    expect(names('{value}', values('North', 'North', 'South'))).toEqual([
      'North_1-of-3.csv',
      'North_2-of-3.csv',
      'South_3-of-3.csv',
    ]);
    expect(names('{date}_{part}', values('North', 'South'))).toEqual(['2026-11-24_1.csv', '2026-11-24_2.csv']);
  });

  it('names what is nothing', () => {
    expect(names('{value}', values('', null, ' '))).toEqual(['(empty).csv', '(empty) (2).csv', '(empty) (3).csv']);
    expect(names('{value}', [{}])).toEqual(['(none).csv']);
  });

  it('never gives a name twice, in whatever case', () => {
    expect(names('{value}', values('a', 'A', 'a (2)', '\u00e9', 'e\u0301'))).toEqual([
      'a.csv',
      'A (2).csv',
      'a (2) (2).csv',
      '\u00e9.csv',
      'e\u0301 (2).csv',
    ]);
    expect(names('{part}', values('x', 'y')).length).toBe(2);
  });

  it.each([
    ['../../x', '_.._x.csv'],
    ['CON', '_CON.csv'],
    ['nul.tar', '_nul.tar.csv'],
    ['LPT9', '_LPT9.csv'],
    ['COM10', 'COM10.csv'],
    ['x. . ', 'x.csv'],
    ['.hidden', 'hidden.csv'],
    ['a\u202eb', 'a b.csv'],
  ])('makes the value %j safe', (value, expected) => expect(names('{value}', values(value))).toEqual([expected]));

  it('makes what is written between placeholders safe', () => {
    expect(names('CON', [{}])).toEqual(['_CON.csv']);
    expect(names('..', [{}])).toEqual(['Report.csv']);
    expect(names('{template}', [{}], 'CON')).toEqual(['_CON.csv']);
  });

  it('shortens the title for the sake of the rest', () => {
    const [made = ''] = names('{template} {value} {date}', values('東'.repeat(300)), '🛫'.repeat(300));
    expect(made).toMatch(/^(🛫){35} 東{26} 2026-11-24\.csv$/u);
  });

  it('is always the name of a file, and of one alone', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const literal = fc.string({ unit: fc.constantFrom('.', ' ', 'C', 'O', 'N', 'a', '東', '🛫'), maxLength: 20 });
    const pattern = fc
      .array(fc.oneof(literal, fc.constantFrom(...FILE_NAME_PLACEHOLDERS.map((known) => `{${known}}`))), {
        maxLength: 8,
      })
      .map((pieces) => pieces.join(''))
      .filter((made) => made.trim() !== '' && made.length <= 150);
    const parts = fc.array(fc.record({ value: fc.option(text) }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pattern, parts, text, (shape, all, title) => {
        const made = names(shape, all, title);
        expect(new Set(made.map((one) => one.toLowerCase())).size).toBe(all.length);
        for (const one of made) {
          expect(one).toMatch(/^[^/\\:*?"<>|\p{Cc}\p{Cf}]+\.csv$/u);
          expect(one).not.toMatch(/^(\.|(con|prn|aux|nul|com[0-9]|lpt[0-9])\.)/i);
          expect(Buffer.byteLength(one)).toBeLessThanOrEqual(255);
          expect(Buffer.from(one).toString()).toBe(one);
        }
      }),
    );
  });
});
