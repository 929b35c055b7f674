import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { PostgresDataSource, sql, type Statement } from '#data-sources';
import { DATE_TIME_FIELDS, parseFormat, TIME_FIELDS, type DataType, type DateTimeField } from '#domain';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { formattedSql } from './cell-format';
import { durationCellSql } from './duration-sql';

const LOCALES = ['en', 'de', 'de-CH', 'fr', 'ja', 'ar-EG', 'hi', 'es', 'sv', 'ru', 'th'] as const;
const LATIN = { numberingSystem: 'latn' } as const;
const RUNS = { numRuns: 300 };

let database: TestDatabase;
let source: PostgresDataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = new PostgresDataSource({ connectionString: database.url }, { poolMax: 1, statementTimeoutMs: 10_000 });
});
afterAll(async () => {
  await source.close();
  await database.drop();
});

async function valueOf(statement: Statement): Promise<string | null> {
  const [row] = await source.rows(sql`SELECT ${statement}`, {});
  return row![0]!;
}

/** What the database writes. */
function written(value: Statement, type: DataType, pattern: string, locale = 'en'): Promise<string | null> {
  const reading = parseFormat(type, pattern);
  if (!reading.ok) throw new Error(`${pattern}: ${reading.problem}`);
  return valueOf(formattedSql(value, type, reading.format, { locale, neutralise: false }));
}

/** What Intl writes, with a hyphen for the minus sign of the locale and without marks of direction. */
function intlNumber(text: string, locale: string, options: Intl.NumberFormatOptions): string {
  const format = new Intl.NumberFormat(locale, { ...LATIN, signDisplay: 'negative', ...options });
  return (
    format
      // Digits beyond those of a double count too.
      .formatToParts(text as `${number}`)
      .map(({ type, value }) => (type === 'minusSign' ? '-' : value))
      .join('')
      .replace(/[\u200e\u200f\u061c]/g, '')
  );
}

const locales = fc.constantFrom(...LOCALES);
const decimals = fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,9})?$/);

describe('numbers', () => {
  const shapes = fc.record({
    whole: fc.integer({ min: 1, max: 6 }),
    fraction: fc.integer({ min: 0, max: 6 }),
    more: fc.integer({ min: 0, max: 3 }),
    grouped: fc.boolean(),
  });
  /** Hindi groups by two, after the first three. */
  const grouped = (digits: string, locale: string): string =>
    digits.padStart(9, '#').replace(locale === 'hi' ? /(?<=.)(?=(.{2})*.{3}$)/g : /(?<=.)(?=(.{3})+$)/g, ',');

  it('are written as Intl writes them', async () => {
    await fc.assert(
      fc.asyncProperty(decimals, locales, shapes, async (text, locale, shape) => {
        const digits = '0'.repeat(shape.whole);
        const fraction = '0'.repeat(shape.fraction) + '#'.repeat(shape.more);
        const pattern = (shape.grouped ? grouped(digits, locale) : digits) + (fraction === '' ? '' : `.${fraction}`);
        const expected = intlNumber(text, locale, {
          minimumIntegerDigits: shape.whole,
          minimumFractionDigits: shape.fraction,
          maximumFractionDigits: fraction.length,
          useGrouping: shape.grouped ? 'always' : false,
        });
        expect(await written(sql`${text}::numeric`, 'decimal', pattern, locale)).toBe(expected);
      }),
      RUNS,
    );
  });

  it('are written as percents, without a rounding between', async () => {
    await fc.assert(
      fc.asyncProperty(decimals, fc.constantFrom('en', 'ja', 'hi'), fc.nat(7), async (text, locale, places) => {
        const pattern = `#,##${locale === 'hi' ? ',##0' : '0'}${places === 0 ? '' : `.${'0'.repeat(places)}`}%`;
        const expected = intlNumber(text, locale, {
          style: 'percent',
          minimumFractionDigits: places,
          useGrouping: 'always',
        });
        expect(await written(sql`${text}::numeric`, 'percent', pattern, locale)).toBe(expected);
      }),
      RUNS,
    );
  });

  const CURRENCIES = [
    ['en', 'USD', '¤USD#,##0.00'],
    ['en', 'CHF', '¤CHF\u00a0#,##0.00'],
    ['de', 'EUR', '#,##0.00\u00a0¤EUR'],
    ['fr', 'EUR', '#,##0.00\u00a0¤EUR'],
    ['ru', 'RUB', '#,##0.00\u00a0¤RUB'],
    ['ja', 'JPY', '¤JPY#,##0'],
    ['hi', 'INR', '¤INR#,##,##0.00'],
    ['sv', 'SEK', '#,##0.00\u00a0¤SEK'],
  ] as const;

  it('are written as amounts', async () => {
    await fc.assert(
      fc.asyncProperty(decimals, fc.constantFrom(...CURRENCIES), async (text, [locale, currency, pattern]) => {
        const expected = intlNumber(text, locale, { style: 'currency', currency, useGrouping: 'always' });
        expect(await written(sql`${text}::numeric`, 'currency', pattern, locale)).toBe(expected);
      }),
      RUNS,
    );
  });

  it.each([
    ['decimal', '#,##0.00', 'de', 'NaN', 'NaN'],
    ['decimal', '#,##0.00', 'de', '-Infinity', '-Infinity'],
    ['decimal', '#,##0.00', 'de', '1234567890123456789012345678.5', '1234567890123456789012345678,5'],
    ['currency', '¤EUR#,##0.00', 'en', '-1234567890123456789012345678.5', '-€1234567890123456789012345678.5'],
    ['currency', '¤EUR0.00', 'en', '-0.004', '€0.00'],
    ['currency', '#,##0.00 ¤¤EUR', 'de', '-1234.5', '-1.234,50 EUR'],
    ['currency', '#,##0.00', 'fr', '1234.5', '1\u202f234,50'],
    ['percent', '%0.#', 'de', '-0.125', '-%12,5'],
    ['percent', '0.00 %', 'en', 'NaN', 'NaN %'],
    ['percent', '#,##0.0%', 'en', '1e26', '10000000000000000000000000000%'],
  ] as const)('of type %s after %s in %s write %s as %s', async (type, pattern, locale, text, expected) => {
    expect(await written(sql`${text}::numeric`, type, pattern, locale)).toBe(expected);
  });

  it('are NULL where they were', async () => {
    const patterns = [
      ['decimal', '0.00'],
      ['decimal', '#,##0.00'],
      ['currency', '¤EUR0.00'],
      ['percent', '0.0%'],
    ] as const;
    for (const [type, pattern] of patterns) {
      expect(await written(sql`NULL::numeric`, type, pattern, 'de')).toBeNull();
    }
  });
});

describe('dates and times', () => {
  const moments = fc
    .integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) })
    .map((milliseconds) =>
      Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO('UTC').toPlainDateTime(),
    );
  const timestamp = (moment: Temporal.PlainDateTime): Statement => sql`${moment.toString()}::timestamp`;
  const epochOf = (moment: Temporal.PlainDateTime): number => moment.toZonedDateTime('UTC').epochMilliseconds;

  const WHOLE_DATES = [
    ['en', 'EEEE, MMMM d, yyyy'],
    ['de', 'EEEE, d. MMMM yyyy'],
    ['fr', 'EEEE d MMMM yyyy'],
    ['ja', 'yyyy年M月d日EEEE'],
    ['hi', 'EEEE, d MMMM yyyy'],
    ['es', "EEEE, d 'de' MMMM 'de' yyyy"],
    ['ru', "EEEE, d MMMM yyyy 'г'."],
    ['sv', 'EEEE d MMMM yyyy'],
    ['ar-EG', 'EEEE، d MMMM yyyy'],
  ] as const;

  it('are written as Intl writes a whole date', async () => {
    await fc.assert(
      fc.asyncProperty(moments, fc.constantFrom(...WHOLE_DATES), async (moment, [locale, pattern]) => {
        const expected = new Intl.DateTimeFormat(locale, {
          ...LATIN,
          dateStyle: 'full',
          calendar: 'gregory',
          timeZone: 'UTC',
        });
        const text = await written(sql`${moment.toPlainDate().toString()}::date`, 'date', pattern, locale);
        expect(text).toBe(expected.format(epochOf(moment)).replace(/\u200f/g, ''));
      }),
      RUNS,
    );
  });

  const two = (value: number): string => String(value).padStart(2, '0');
  const word = (moment: Temporal.PlainDateTime, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('de', { ...options, timeZone: 'UTC' }).format(epochOf(moment));
  /** Each field by the words of TR35, in German. */
  const FIELDS: Readonly<Record<DateTimeField, (moment: Temporal.PlainDateTime) => string>> = {
    yyyy: ({ year }) => String(year),
    yy: ({ year }) => two(year % 100),
    MMMM: (moment) => word(moment, { month: 'long' }),
    MMM: (moment) => word(moment, { month: 'short', day: 'numeric' }).replace(/^\d+\. /, ''),
    MM: ({ month }) => two(month),
    M: ({ month }) => String(month),
    LLLL: (moment) => word(moment, { month: 'long' }),
    LLL: (moment) => word(moment, { month: 'short' }),
    dd: ({ day }) => two(day),
    d: ({ day }) => String(day),
    EEEE: (moment) => word(moment, { weekday: 'long' }),
    EEE: (moment) => word(moment, { weekday: 'short' }),
    HH: ({ hour }) => two(hour),
    H: ({ hour }) => String(hour),
    hh: ({ hour }) => two(((hour + 11) % 12) + 1),
    h: ({ hour }) => String(((hour + 11) % 12) + 1),
    mm: ({ minute }) => two(minute),
    ss: ({ second }) => two(second),
    SSS: ({ millisecond }) => String(millisecond).padStart(3, '0'),
    a: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  };
  const SEPARATORS = [
    ['-', '-'],
    [' ', ' '],
    ['T', 'T'],
    ['年', '年'],
    ["'o''clock'", "o'clock"],
    [`'"\\'`, '"\\'],
    ["''", "'"],
    ["'%s'", '%s'],
  ] as const;
  const separators = fc.array(fc.constantFrom(...SEPARATORS), { minLength: 20, maxLength: 20 });

  it.each([
    ['timestamp', DATE_TIME_FIELDS],
    ['time', TIME_FIELDS],
  ] as const)('of type %s are written field by field', async (type, names) => {
    await fc.assert(
      fc.asyncProperty(
        moments,
        fc.shuffledSubarray([...names], { minLength: 1 }),
        separators,
        async (moment, fields, between) => {
          const pattern = fields.map((field, index) => field + between[index]![0]).join('');
          fc.pre(pattern.length <= 100);
          const value = type === 'time' ? sql`${moment.toPlainTime().toString()}::time` : timestamp(moment);
          const expected = fields.map((field, index) => FIELDS[field](moment) + between[index]![1]).join('');
          expect(await written(value, type, pattern, 'de')).toBe(expected);
        },
      ),
      RUNS,
    );
  });

  it.each([
    ["'24:00'::time", 'time', 'H:mm h a', 'en', '24:00 12 AM'],
    ["'12:00'::time", 'time', 'h a', 'ja', '12 午後'],
    ["'23:59:59.9999'::time", 'time', 'HH:mm:ss.SSS', 'en', '23:59:59.999'],
    ["'infinity'::timestamp", 'timestamp', 'yyyy EEE', 'en', null],
    ["'-infinity'::date", 'date', 'LLLL', 'en', null],
    ['NULL::timestamp', 'timestamp', "'at' MMM a", 'en', null],
    ["'2026-11-01'::date", 'date', 'd MMMM', 'ru', '1 ноября'],
    ["'2026-11-01'::date", 'date', 'LLLL yyyy', 'ru', 'ноябрь 2026'],
    ["'2026-11-01'::date", 'date', 'yyyy', 'th', '2026'],
  ] as const)('write %s of type %s after %s in %s as %s', async (value, type, pattern, locale, expected) => {
    expect(await written({ text: [value], values: [] }, type, pattern, locale)).toBe(expected);
  });
});

describe('durations', () => {
  const DAY = 86_400_000_000n;
  const parts = fc.record({
    days: fc.integer({ min: -40_000, max: 40_000 }),
    microseconds: fc.integer({ min: -1e12, max: 1e12 }),
  });
  const interval = ({ days, microseconds }: { days: number; microseconds: number }): Statement =>
    sql`(${`${days} days ${microseconds} microseconds`}::interval)`;
  const total = ({ days, microseconds }: { days: number; microseconds: number }): bigint =>
    BigInt(days) * DAY + BigInt(microseconds);
  const two = (value: bigint): string => String(value).padStart(2, '0');
  const sizeOf = { h: 3_600_000_000n, m: 60_000_000n, s: 1_000_000n, SSS: 1_000n } as const;

  const PATTERNS = [
    ['[h]', 'h', (n: bigint) => `${n}`],
    ['[h]:mm', 'm', (n: bigint) => `${n / 60n}:${two(n % 60n)}`],
    ['[h]:mm:ss', 's', (n: bigint) => `${n / 3600n}:${two((n / 60n) % 60n)}:${two(n % 60n)}`],
    ['[m]:ss', 's', (n: bigint) => `${n / 60n}:${two(n % 60n)}`],
    ['[s].SSS', 'SSS', (n: bigint) => `${n / 1000n}.${String(n % 1000n).padStart(3, '0')}`],
    [
      '[m]:ss.SSS',
      'SSS',
      (n: bigint) => `${n / 60_000n}:${two((n / 1000n) % 60n)}.${String(n % 1000n).padStart(3, '0')}`,
    ],
  ] as const;

  it('are written as their microseconds tell', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.constantFrom(...PATTERNS), async (duration, [pattern, smallest, write]) => {
        const count = total(duration) / sizeOf[smallest];
        const expected = count < 0n ? `-${write(-count)}` : write(count);
        expect(await written(interval(duration), 'duration', pattern)).toBe(expected);
      }),
      RUNS,
    );
  });

  it('are days to a spreadsheet, unless they are below zero', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (duration) => {
        const text = await valueOf(durationCellSql(interval(duration)));
        const microseconds = total(duration);
        if (microseconds < 0n) expect(text).toMatch(/^P/);
        else expect(Math.abs(Number(text) * 86_400e6 - Number(microseconds))).toBeLessThan(1);
      }),
      RUNS,
    );
  });

  it.each([
    ['1 month', '[h]:mm', 'P1M', 'P1M'],
    ['-1 year 2 days', '[h]', 'P-1Y2D', 'P-1Y2D'],
    ['1 year -12 months 1 hour', '[m]', '60', '0.041666666666666664'],
    ['-90 minutes', '[h]:mm:ss', '-1:30:00', 'PT-1H-30M'],
    ['-0.5 seconds', '[s]', '0', 'PT-0.5S'],
    ['-2 seconds', '[s]', '-2', 'PT-2S'],
    ['178000000 days 23:59:59.999999', '[h]:mm:ss', '4272000023:59:59', '178000001'],
    ['infinity', '[h]', 'infinity', 'infinity'],
  ])('of %s after %s are %s, in a cell %s', async (text, pattern, expected, cell) => {
    const value = sql`${text}::interval`;
    expect(await written(value, 'duration', pattern)).toBe(expected);
    expect(await valueOf(durationCellSql(value))).toBe(cell);
  });

  it('are NULL where they were', async () => {
    expect(await written(sql`NULL::interval`, 'duration', '[h]:mm')).toBeNull();
    expect(await valueOf(durationCellSql(sql`NULL::interval`))).toBeNull();
  });
});
