import fc from 'fast-check';
import { withCarriageReturns } from './line-ends';

const field = (value: string): string => (/["\n\r,]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const csv = (rows: string[][], ending: string): string => rows.map((row) => row.map(field).join(',') + ending).join('');

const table = (...characters: string[]) =>
  fc.array(fc.array(fc.string({ unit: fc.constantFrom(...characters) }), { minLength: 1, maxLength: 4 }), {
    maxLength: 12,
  });

describe('withCarriageReturns', () => {
  it.each([
    ['with quotes', table('"', '\n', '\r', ',', 'a', '東')],
    ['without', table('a', 'ü', '東', ' ')],
  ])('ends rows with CR LF and touches no value (%s)', (_name, rows) => {
    fc.assert(
      fc.property(rows, (given) => {
        const output = withCarriageReturns(Buffer.from(csv(given, '\n')), given.length);
        expect(output.toString()).toBe(csv(given, '\r\n'));
      }),
    );
  });
});
