import { sql, type Statement } from '../../statement';
import { unsupported } from './unsupported';

/**
 * What an expression gives. `padded` is a decimal with zeros at its end that are none of its own: made of a floating point number, or a
 * quotient. `timestamp` is a time on some wall (DATETIME), `instant` one in the world (TIMESTAMP).
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
  | 'interval'
  | 'null';

/** MySQL's SQL of an expression, with what it gives. */
export interface Typed {
  readonly sql: Statement;
  readonly type: SqlType;
  /** Of an exact number: digits before the point, and after it, at most. */
  readonly integerDigits: number;
  readonly scale: number;
  /** Of a typed instant: itself, RFC 3339 in UTC. */
  readonly instant: string | null;
  /** Of a date or time: whether it can be no zero date, and no time beyond a day. */
  readonly isSound: boolean;
}

/** Of a BIGINT. One more tells of an unsigned one. */
export const INTEGER_DIGITS = 19;

export function typed(type: SqlType, statement: Statement, more: Partial<Typed> = {}): Typed {
  const integerDigits = type === 'integer' ? INTEGER_DIGITS : 0;
  return { sql: statement, type, integerDigits, scale: 0, instant: null, isSound: false, ...more };
}

export function isExact(type: SqlType): boolean {
  return type === 'integer' || type === 'decimal' || type === 'padded';
}

export function isNumber({ type }: Pick<Typed, 'type'>): boolean {
  return isExact(type) || type === 'float' || type === 'double';
}

/** Characters of an operand that may stand in a query more than once. Nested ones would fill the memory. */
const MOST_REPEATED = 50_000;

/** An operand that the translation writes several times. Throws `data_source.unsupported` where that would make too much of it. */
export function repeated(operand: Statement): Statement {
  const length = operand.text.reduce((sum, part) => sum + part.length, 0);
  if (length > MOST_REPEATED) throw unsupported('a calculation of so many parts');
  return operand;
}

/**
 * Ends the query where MySQL would go on with a warning and a wrong value: error 1690, out of range. It depends on a column, lest it be
 * computed before the first row.
 *
 * @param operand that is not NULL
 */
function refusal(operand: Statement): Statement {
  return sql`(18446744073709551615 + (1 + CHAR_LENGTH(CAST(${operand} AS CHAR))))`;
}

/** A result where a condition on the operand holds, NULL for NULL, and the end of the query for all else. */
export function unlessRefused(
  operand: Statement,
  condition: Statement,
  result: Statement,
  type?: Statement,
): Statement {
  const refused = type ? sql`CAST(${refusal(operand)} AS ${type})` : refusal(operand);
  return sql`CASE WHEN ${condition} THEN ${result} WHEN ${repeated(operand)} IS NOT NULL THEN ${refused} END`;
}
