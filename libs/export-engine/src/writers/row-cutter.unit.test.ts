import fc from 'fast-check';
import { RowCutter } from './row-cutter';

/** As COPY writes CSV. */
const field = (value: string): string => (/["\n\r,]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const line = (row: readonly string[]): string => `${row.map(field).join(',')}\n`;

const value = fc.string({ unit: fc.constantFrom('"', '\n', '\r', ',', 'a', 'ü', '東', ' ') });
const csvTable = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }).map(line), { maxLength: 12 });
const textTable = fc.array(
  fc.string({ unit: fc.constantFrom('"', '\\', '\t', 'a', '東') }).map((text) => `${text}\n`),
  { maxLength: 12 },
);
const cuts = fc.array(fc.nat(400));

function pieces(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

describe.each([
  ['csv', csvTable],
  ['text', textTable],
] as const)('RowCutter of %s', (layout, table) => {
  it('gives whole rows, wherever the input is cut', () => {
    fc.assert(
      fc.property(table, cuts, (lines, places) => {
        const cutter = new RowCutter(layout, Infinity);
        let seen = 0;
        const given = pieces(Buffer.from(lines.join('')), places).map((piece) => {
          const rows = cutter.push(piece).toString();
          expect(rows).toBe(lines.slice(seen, cutter.rows).join(''));
          seen = cutter.rows;
          return rows;
        });
        expect(given.join('')).toBe(lines.join(''));
        expect(cutter.rows).toBe(lines.length);
        expect(cutter.truncated).toBe(false);
      }),
    );
  });

  it('drops the rows beyond the limit', () => {
    fc.assert(
      fc.property(table, cuts, fc.integer({ min: 1, max: 12 }), (lines, places, limit) => {
        const cutter = new RowCutter(layout, limit);
        const given = pieces(Buffer.from(lines.join('')), places).map((piece) => cutter.push(piece).toString());
        expect(given.join('')).toBe(lines.slice(0, limit).join(''));
        expect(cutter.rows).toBe(Math.min(lines.length, limit));
        expect(cutter.truncated).toBe(lines.length > limit);
      }),
    );
  });
});
