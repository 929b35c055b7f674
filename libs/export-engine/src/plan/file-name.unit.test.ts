import fc from 'fast-check';
import { fileName } from './file-name';

const name = (title: string): string => fileName(title, '2026-11-23T23:30:00.000Z', 'Europe/Berlin', 'csv');

describe('fileName', () => {
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
