import fc from 'fast-check';
import { DEFAULT_CSV, type CsvOptions } from '#domain';
import { neutralised } from '../formula-text';
import { GuardedRows } from './guarded-rows';

const OPTIONS: CsvOptions = { ...DEFAULT_CSV, lineEnding: 'lf' };

type Row = readonly (string | null)[];

/** Rows as COPY writes them, each value through a function once its quotes are decided upon. */
function copied(rows: readonly Row[], options: CsvOptions, change: (text: string, column: number) => string): string {
  const { delimiter, nullText, quoting, lineEnding } = options;
  const written = (text: string | null, column: number): string => {
    if (text === null) return nullText;
    const needed = text === nullText || text.includes(delimiter) || /["\r\n]/.test(text);
    const changed = change(text, column);
    return needed || quoting === 'all' ? `"${changed.replaceAll('"', '""')}"` : changed;
  };
  const end = lineEnding === 'crlf' ? '\r\n' : '\n';
  return rows.map((row) => row.map(written).join(delimiter) + end).join('');
}

function rewritten(rows: readonly Row[], guarded: readonly boolean[], options: CsvOptions): string {
  const input = copied(rows, { ...options, lineEnding: 'lf' }, (text) => text);
  return new GuardedRows(guarded, options).rewrite(Buffer.from(input), rows.length).toString();
}

const beginning = fc.constantFrom(
  '',
  '=',
  '+',
  '-',
  '@',
  '\t',
  '\n',
  '\r',
  '＝',
  '＋',
  '－',
  '＠',
  '"',
  "'",
  '＂',
  'ä',
  'x',
);
const value = fc
  .tuple(beginning, fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\t', '\n', '-', '＝', '1') }))
  .map((parts) => parts.join(''));
const options = fc.record({
  delimiter: fc.constantFrom<CsvOptions['delimiter'][]>(',', ';', '\t', '|'),
  nullText: fc.constantFrom('', '-', '=NULL', 'NULL'),
  quoting: fc.constantFrom<CsvOptions['quoting'][]>('needed', 'all'),
  lineEnding: fc.constantFrom<CsvOptions['lineEnding'][]>('lf', 'crlf'),
});

it('puts an apostrophe before what begins like a formula, in the columns that are guarded, and changes nothing else', () => {
  const table = fc.integer({ min: 1, max: 4 }).chain((columns) => {
    const length = { minLength: columns, maxLength: columns };
    return fc.tuple(fc.array(fc.boolean(), length), fc.array(fc.array(fc.option(value), length), { maxLength: 6 }));
  });
  fc.assert(
    fc.property(table, options, ([guarded, rows], some) => {
      const csv = { ...OPTIONS, ...some };
      const expected = copied(rows, csv, (text, column) => (guarded[column] ? neutralised(text) : text));
      expect(rewritten(rows, guarded, csv)).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['=1+1', "'=1+1"],
  ['=1,2', `"'=1,2"`],
  ['＝1', "'＝1"],
  ['＂1', '＂1'],
  ['"=1"', '"""=1"""'],
  ['\r=1', `"'\r=1"`],
  ['', '""'],
  [null, ''],
])('writes %j as %j', (text, expected) => {
  expect(rewritten([[text]], [true], OPTIONS)).toBe(`${expected}\n`);
});
