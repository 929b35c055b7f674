import fc from 'fast-check';

/** A row of the table `random_rows`, each value as PostgreSQL reads it. */
export interface RandomRow {
  readonly words: string | null;
  readonly whole: string | null;
  readonly exact: string | null;
  readonly real: string | null;
  readonly yes: string | null;
  readonly day: string | null;
  readonly at: string | null;
  readonly clock: string | null;
  readonly doc: string | null;
}

export const CREATE_RANDOM_ROWS = `
  CREATE TABLE public.random_rows (
    n int, words text, whole int8, exact numeric, real float8, yes boolean, day date, at timestamp, clock time, doc jsonb)`;

const AWKWARD = [
  ...['"', "'", ',', '\t', '\n', '\r', '\r\n', '\\', '\\N', '<', '&', '>', ']]>', ' ', '=', '+', '-', '@'],
  ...['ü', '東', '😀', '👩‍👩‍👧', '\u05e9\u05dc', '\u0639\u0631', '\u202e', '\u200f', '\u00a0', '\uff1d', '\ufeff'],
  ...['\u0001', '\u0007', '\u000b', '\u001f', '\u007f', '\u0080', '\u0085', '\u009f', '\ufffe', '\uffff', '\ufffd'],
  ...['_', '_x', '_x0041_', '_x000D_', 'x', '0', 'a', 'Z'],
];
const words = fc.oneof(
  fc.string({ unit: fc.constantFrom(...AWKWARD), maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,24})?$/);
const notNumbers = fc.constantFrom('NaN', 'Infinity', '-Infinity');
const two = (most: number): fc.Arbitrary<string> => fc.nat(most).map((value) => String(value).padStart(2, '0'));
const date = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1895, max: 2105 }), fc.integer({ min: -4000, max: 12_000 })),
    fc.nat(11),
    fc.nat(27),
  )
  .map(([year, month, day]) => {
    const parts = [Math.abs(year) || 1, month + 1, day + 1].map((part, index) =>
      String(part).padStart(index === 0 ? 4 : 2, '0'),
    );
    return { text: parts.join('-'), era: year < 0 ? ' BC' : '' };
  });
const clock = fc.tuple(two(23), two(59), two(59), fc.option(fc.nat(999_999))).map(([hour, minute, second, micros]) => {
  return `${hour}:${minute}:${second}${micros === null ? '' : `.${String(micros).padStart(6, '0')}`}`;
});
const notDates = fc.constantFrom('infinity', '-infinity');

const nullable = (value: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(value, { freq: 6 });

/** Values of every type, with NULLs, awkward text, extreme numbers, infinities and years before Christ. */
export const randomRow: fc.Arbitrary<RandomRow> = fc.record({
  words: nullable(words.map((text) => text.replaceAll('\0', ''))),
  whole: nullable(fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-(10n ** 16n), 10n ** 16n)).map(String)),
  exact: nullable(fc.oneof(digits, digits, digits, notNumbers)),
  real: nullable(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), notNumbers)),
  yes: nullable(fc.constantFrom('true', 'false')),
  day: nullable(
    fc.oneof(
      date.map(({ text, era }) => text + era),
      notDates,
    ),
  ),
  at: nullable(
    fc.oneof(
      fc.tuple(date, clock).map(([{ text, era }, time]) => `${text} ${time}${era}`),
      notDates,
    ),
  ),
  clock: nullable(fc.oneof(clock, fc.constant('24:00:00'))),
  doc: nullable(fc.json({ noUnicodeString: false }).filter((text) => !/\\u0000|\\u[dD][89a-fA-F]/.test(text))),
});
