import fc from 'fast-check';
import { CsvLines } from './csv-lines';

/** As COPY writes CSV. */
const field = (value: string): string => (/["\n\r,]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const csv = (rows: string[][], ending: string): string => rows.map((row) => row.map(field).join(',') + ending).join('');

const value = fc.string({ unit: fc.constantFrom('"', '\n', '\r', ',', 'a', 'ü', '東', ' ') });
const table = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

function pieces(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

function run(input: Buffer[], lineEnding: 'crlf' | 'lf', maxRows: number): { output: string; lines: CsvLines } {
  const lines = new CsvLines(lineEnding, maxRows);
  const output = Buffer.concat(input.map((chunk) => Buffer.from(lines.push(chunk)))).toString();
  return { output, lines };
}

describe.each([
  ['crlf', '\r\n'],
  ['lf', '\n'],
] as const)('CsvLines with %s', (lineEnding, ending) => {
  it('ends rows as asked and touches no value, wherever the input is cut', () => {
    fc.assert(
      fc.property(table, fc.array(fc.nat(400)), (rows, cuts) => {
        const { output, lines } = run(pieces(Buffer.from(csv(rows, '\n')), cuts), lineEnding, Infinity);
        expect(output).toBe(csv(rows, ending));
        expect(lines.rows).toBe(rows.length);
        expect(lines.truncated).toBe(false);
      }),
    );
  });

  it('drops the rows beyond the limit', () => {
    fc.assert(
      fc.property(table, fc.array(fc.nat(400)), fc.integer({ min: 1, max: 12 }), (rows, cuts, limit) => {
        const { output, lines } = run(pieces(Buffer.from(csv(rows, '\n')), cuts), lineEnding, limit);
        expect(output).toBe(csv(rows.slice(0, limit), ending));
        expect(lines.rows).toBe(Math.min(rows.length, limit));
        expect(lines.truncated).toBe(rows.length > limit);
      }),
    );
  });
});

describe('CsvLines', () => {
  it('holds many empty rows, each of which grows', () => {
    const { output, lines } = run([Buffer.from('\n'.repeat(10_000))], 'crlf', Infinity);
    expect(output).toBe('\r\n'.repeat(10_000));
    expect(lines.rows).toBe(10_000);
  });
});
