import { programText, sql, type Statement } from '../../statement';
import { unsupported } from './unsupported';

/**
 * What an expression gives. `padded` is a decimal made of a floating point number, with zeros that are none of its own; `timestamp` is a time
 * on some wall (DATETIME), `instant` one in the world (TIMESTAMP).
 */
export type SqlType =
  | 'integer'
  | 'decimal'
  | 'padded'
  | 'float'
  | 'double'
  | 'text'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'instant'
  | 'null';

/** MySQL's SQL of an expression, with what it gives. */
export interface Typed {
  readonly sql: Statement;
  readonly type: SqlType;
  /** Of a number: digits before the point at most; null: nobody knows. */
  readonly integerDigits: number | null;
  /** Of a typed instant: itself, RFC 3339 in UTC. */
  readonly instant: string | null;
}

export function typed(type: SqlType, statement: Statement, more: Partial<Typed> = {}): Typed {
  return { sql: statement, type, integerDigits: null, instant: null, ...more };
}

/** The widest decimal, and the most of its digits that stand after the point. */
export const MOST_DIGITS = 65;
export const MOST_SCALE = 30;

export function isNumber({ type }: Typed): boolean {
  return isExact(type) || type === 'float' || type === 'double';
}

export function isExact(type: SqlType): boolean {
  return type === 'integer' || type === 'decimal' || type === 'padded';
}

/**
 * Ends the query where MySQL would go on with a warning and a wrong value: error 1690, out of range. It depends on a column, lest it be
 * computed before the first row.
 *
 * @param operand that is not NULL
 */
export function refusal(operand: Statement): Statement {
  return sql`(18446744073709551615 + (1 + CHAR_LENGTH(CAST(${operand} AS CHAR))))`;
}

/** A number as a decimal; NULL stays NULL, what is too great for one ends the query. */
export function exact(value: Typed): Typed {
  if (isExact(value.type)) return value;
  if (!isNumber(value)) throw unsupported(`a ${value.type} as a number`);
  // The text of a FLOAT has the six digits that it holds for sure.
  const whole = value.type === 'float' ? sql`CAST(${value.sql} AS CHAR)` : value.sql;
  const most = MOST_DIGITS - MOST_SCALE;
  return typed('padded', fitting(value.sql, sql`CAST(${whole} AS DECIMAL(65, 30))`, most), { integerDigits: most });
}

/** A number with so many digits after the point, rounded half away from zero. */
export function rounded(value: Typed, scale: number): Typed {
  if (scale > MOST_SCALE) throw unsupported(`more than ${MOST_SCALE} digits after the point`);
  const number = exact(value);
  const places = programText(String(scale));
  const result = sql`CAST(ROUND(${number.sql}, ${places}) AS DECIMAL(65, ${places}))`;
  const digits = (number.integerDigits ?? MOST_DIGITS) + 1;
  const most = MOST_DIGITS - scale;
  return digits <= most
    ? typed('decimal', result, { integerDigits: digits })
    : typed('decimal', fitting(number.sql, result, most - 1), { integerDigits: most });
}

function fitting(value: Statement, result: Statement, digits: number): Statement {
  const most = programText(`1e${digits}`);
  return sql`CASE WHEN ABS(${value}) < ${most} THEN ${result} WHEN ${value} IS NOT NULL THEN ${refusal(value)} END`;
}
