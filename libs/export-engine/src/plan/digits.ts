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
  const own = source?.type === 'integer' ? INTEGER : declaredDigits(source?.databaseType ?? '');
  if (dataType === 'integer') return aggregate === 'sum' ? widened(INTEGER) : null;
  return NUMBERS.includes(dataType) ? aggregated(own, aggregate) : null;
}

const NUMBERS: readonly DataType[] = ['decimal', 'currency', 'percent'];
const INTEGER_TYPES: readonly string[] = ['smallint', 'integer', 'bigint'];
const INTEGER: Digits = { type: 'fixed', precision: BIGINT_DIGITS, scale: 0 };

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

const NUMERIC = /^numeric\((\d+),(-?\d+)\)$/;

/** PostgreSQL lets the scale be negative, or greater than the precision (`numeric(3,5)` holds 0.00123). */
function declaredDigits(databaseType: string): Digits | null {
  if (INTEGER_TYPES.includes(databaseType)) return INTEGER;
  if (databaseType === 'real' || databaseType === 'double precision') return { type: 'floating' };
  const declared = NUMERIC.exec(databaseType);
  if (!declared) return null;
  const [precision, scale] = [Number(declared[1]), Number(declared[2])];
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale);
  return digits > MOST_DIGITS ? null : { type: 'fixed', precision: digits, scale: Math.max(scale, 0) };
}
