import type { Aggregate, DataType, ReportColumn } from '#domain';
import type { ColumnSource } from './column-source';

/** How the numbers of a column are kept, where that is known before the query runs. */
export type Digits =
  /** Exact: `precision` digits in all, `scale` of them after the point. */
  | { readonly type: 'fixed'; readonly precision: number; readonly scale: number }
  /** Binary floating point. */
  | { readonly type: 'floating' };

/** Digits of the widest `bigint`. */
const BIGINT_DIGITS = 19;
/** The most that columnar formats hold. */
export const MOST_DIGITS = 38;
/** Digits after the point where nobody says how many there are. */
export const UNDECLARED_SCALE = 18;

/**
 * What the database declares about a report column's numbers; null where it declares nothing, or more than 38 digits.
 */
export function digitsOf(
  { dataType, aggregate }: Pick<ReportColumn, 'dataType' | 'aggregate'>,
  source: Pick<ColumnSource, 'type' | 'databaseType'> | null,
): Digits | null {
  const databaseType = source?.databaseType ?? '';
  const own = source?.type === 'integer' ? integerDigits(databaseType) : declaredDigits(databaseType);
  if (dataType === 'integer') return aggregate === 'sum' ? widened(INTEGER) : unsignedDigits(databaseType, aggregate);
  return NUMBERS.includes(dataType) ? aggregated(own, aggregate) : null;
}

const NUMBERS: readonly DataType[] = ['decimal', 'currency', 'percent'];
const INTEGER_TYPES: readonly string[] = ['smallint', 'integer', 'bigint'];
const INTEGER: Digits = { type: 'fixed', precision: BIGINT_DIGITS, scale: 0 };
const UNSIGNED: Digits = { type: 'fixed', precision: BIGINT_DIGITS + 1, scale: 0 };

function aggregated(own: Digits | null, aggregate: Aggregate | null): Digits | null {
  switch (aggregate) {
    case null:
    case 'min':
    case 'max':
      return own;
    case 'sum':
      return own && widened(own);
    case 'avg':
      return own?.type === 'floating' ? own : { type: 'fixed', precision: MOST_DIGITS, scale: UNDECLARED_SCALE };
    case 'count':
    case 'count_distinct':
      return INTEGER;
  }
}

/** A sum has as many digits after the point as its parts, and more before it. */
function widened(digits: Digits): Digits {
  return digits.type === 'floating' ? digits : { ...digits, precision: MOST_DIGITS };
}

/** A `bigint unsigned` of MySQL has one digit more than other integers; MariaDB writes `bigint(20) unsigned`. */
function integerDigits(databaseType: string): Digits {
  return /^bigint\b.*\bunsigned\b/.test(databaseType) ? UNSIGNED : INTEGER;
}

/** Null for what 64 bits with a sign hold. */
function unsignedDigits(databaseType: string, aggregate: Aggregate | null): Digits | null {
  const isValue = aggregate === null || aggregate === 'min' || aggregate === 'max';
  return isValue && integerDigits(databaseType) === UNSIGNED ? UNSIGNED : null;
}

const NUMERIC = /^numeric\((\d+),(-?\d+)\)$/;
/** Of MySQL, where attributes may follow: `decimal(12,2) unsigned`, `float(7,4)`, `double`. */
const DECIMAL = /^decimal\((\d+),(\d+)\)/;
const FLOATING = /^(?:real|float|double)\b/;

/** PostgreSQL lets the scale be negative, or greater than the precision (`numeric(3,5)` holds 0.00123). */
function declaredDigits(databaseType: string): Digits | null {
  if (INTEGER_TYPES.includes(databaseType)) return INTEGER;
  if (FLOATING.test(databaseType)) return { type: 'floating' };
  const declared = NUMERIC.exec(databaseType) ?? DECIMAL.exec(databaseType);
  if (!declared) return null;
  const [precision, scale] = [Number(declared[1]), Number(declared[2])];
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale);
  return digits > MOST_DIGITS ? null : { type: 'fixed', precision: digits, scale: Math.max(scale, 0) };
}
