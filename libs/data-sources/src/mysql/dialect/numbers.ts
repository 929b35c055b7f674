import { programText, sql, type Statement } from '../../statement';
import { INTEGER_DIGITS, isExact, isNumber, typed, unlessRefused, type Typed } from './typed';
import { unsupported } from './unsupported';

/** The widest decimal that MySQL keeps, and the most of its digits that stand after the point. */
export const MOST_DIGITS = 65;
export const MOST_SCALE = 30;
/** Digits before the point of a floating point number in a calculation; a greater one ends the query. */
const FLOATING_DIGITS = 30;
const LEAST_BIGINT = programText('-9223372036854775808');
const GREATEST_BIGINT = programText('9223372036854775807');

export function numberLiteral(digits: string): Typed {
  const [whole = '', fraction = ''] = digits.split('.');
  const size = { integerDigits: whole.length, scale: fraction.length };
  return typed(fraction === '' ? 'integer' : 'decimal', programText(digits), size);
}

/** A number as a decimal; NULL stays NULL, what is too great for one ends the query. */
export function exact(value: Typed): Typed {
  if (value.type === 'decimal' || value.type === 'padded') return value;
  if (value.type === 'integer') {
    const { integerDigits } = value;
    return typed('decimal', sql`CAST(${value.sql} AS DECIMAL(20, 0))`, { integerDigits });
  }
  if (value.type === 'null') return typed('decimal', value.sql);
  if (!isNumber(value)) throw unsupported(`a ${value.type} as a number`);
  const decimal = sql`CAST(${floatingText(value)} AS DECIMAL(65, 30))`;
  const number = unlessRefused(value.sql, below(value.sql, FLOATING_DIGITS), decimal);
  return typed('padded', number, { integerDigits: FLOATING_DIGITS, scale: MOST_SCALE });
}

/** A floating point number with all its digits. MySQL writes a FLOAT with six, also where that makes another number of it. */
export function floatingText({ type, sql: number }: Typed): Statement {
  const text = sql`CAST(${number} AS CHAR)`;
  if (type === 'double') return text;
  return sql`CASE WHEN CAST(${text} AS FLOAT) = ${number} THEN ${text} ELSE CAST(CAST(${number} AS DOUBLE) AS CHAR) END`;
}

/** `::bigint`, and `::int`, whose range nothing here depends on. What is out of range ends the query. */
export function wholeNumber(value: Typed): Typed {
  switch (value.type) {
    case 'null':
    case 'integer':
      // What is computed with an unsigned number would be unsigned too.
      return typed('integer', value.integerDigits > INTEGER_DIGITS ? inRange(value.sql) : signed(value.sql));
    case 'decimal':
    case 'padded': {
      const whole = rounded(value, 0);
      return typed('integer', whole.integerDigits < INTEGER_DIGITS ? signed(whole.sql) : inRange(whole.sql));
    }
    case 'text': {
      const digits = sql`${value.sql} REGEXP '^ *[-+]?[0-9]{1,18} *$'`;
      return typed('integer', unlessRefused(value.sql, digits, signed(value.sql)));
    }
    case 'float':
    case 'double':
    case 'boolean':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'instant':
    case 'interval':
      throw unsupported(`a ${value.type} as a whole number`);
  }
}

function signed(number: Statement): Statement {
  return sql`CAST(${number} AS SIGNED)`;
}

function inRange(number: Statement): Statement {
  return unlessRefused(number, sql`${number} BETWEEN ${LEAST_BIGINT} AND ${GREATEST_BIGINT}`, signed(number));
}

/** A number with so many digits after the point, rounded half away from zero; fewer than 0 round the digits before it. */
export function rounded(value: Typed, scale: number): Typed {
  if (scale > MOST_SCALE) throw unsupported(`more than ${MOST_SCALE} digits after the point`);
  const number = exact(value);
  const kept = Math.max(scale, 0);
  const integerDigits = Math.max(number.integerDigits, -scale) + 1;
  const size = programText(`${MOST_DIGITS}, ${kept}`);
  const result = sql`CAST(ROUND(${number.sql}, ${programText(String(scale))}) AS DECIMAL(${size}))`;
  if (integerDigits + kept <= MOST_DIGITS) return typed('decimal', result, { integerDigits, scale: kept });
  const most = MOST_DIGITS - kept;
  const guarded = unlessRefused(number.sql, below(number.sql, most - 1), result);
  return typed('decimal', guarded, { integerDigits: most, scale: kept });
}

/** `+`, `-`, `*`, `/` and `%`. The divisor must not be 0, for which MySQL gives NULL. */
export function arithmetic(operator: string, left: Typed, right: Typed): Typed {
  if (![left, right].every((side) => isNumber(side) || side.type === 'null')) {
    throw unsupported(`${operator} of what is no number`);
  }
  if (left.type === 'integer' && right.type === 'integer') {
    // Of whole numbers PostgreSQL drops the fraction.
    const sign = programText(operator === '/' ? 'DIV' : operator);
    return typed('integer', sql`(${left.sql} ${sign} ${right.sql})`);
  }
  if (operator === '/') return quotient(left, right);
  const [one, other] = [exact(left), exact(right)];
  const isPadded = one.type === 'padded' || other.type === 'padded';
  const result = sql`(${one.sql} ${programText(operator)} ${other.sql})`;
  const digits = Math.max(one.integerDigits, other.integerDigits);
  const scale = Math.max(one.scale, other.scale);
  const type = isPadded ? 'padded' : 'decimal';
  switch (operator) {
    case '%':
      return bounded(typed(type, result, { integerDigits: digits, scale }));
    case '*':
      return product(one, other, isPadded);
    default:
      return bounded(typed(type, result, { integerDigits: digits + 1, scale }));
  }
}

function quotient(left: Typed, right: Typed): Typed {
  const [one, other] = [exact(left), exact(right)];
  // The session's div_precision_increment makes it as long as it can be.
  const integerDigits = one.integerDigits + other.scale;
  return bounded(typed('padded', sql`(${one.sql} / ${other.sql})`, { integerDigits, scale: MOST_SCALE }));
}

function product(one: Typed, other: Typed, isPadded: boolean): Typed {
  const scale = one.scale + other.scale;
  const integerDigits = one.integerDigits + other.integerDigits;
  const result = sql`(${one.sql} * ${other.sql})`;
  if (scale <= MOST_SCALE) return bounded(typed(isPadded ? 'padded' : 'decimal', result, { integerDigits, scale }));
  if (!isPadded) throw unsupported(`a product with more than ${MOST_SCALE} digits after the point`);
  return bounded(
    typed('padded', sql`ROUND(${result}, ${programText(String(MOST_SCALE))})`, { integerDigits, scale: MOST_SCALE }),
  );
}

/** Ends the query where a number has more digits than MySQL keeps in every place: beyond them it may take the greatest one instead. */
function bounded(value: Typed): Typed {
  const { integerDigits, scale } = value;
  if (!isExact(value.type) || integerDigits + scale <= MOST_DIGITS) return value;
  const most = MOST_DIGITS - scale;
  return { ...value, sql: unlessRefused(value.sql, below(value.sql, most), value.sql), integerDigits: most };
}

/** SUM and AVG. */
export function aggregated(name: 'SUM' | 'AVG', value: Typed): Typed {
  if (!isNumber(value)) throw unsupported(`${name.toLowerCase()} of a ${value.type}`);
  const result = sql`${programText(name)}(${value.sql})`;
  if (!isExact(value.type)) return typed('double', result);
  if (name === 'AVG') {
    if (value.integerDigits + MOST_SCALE > MOST_DIGITS) throw unsupported('an average of numbers of so many digits');
    return typed('padded', result, { integerDigits: value.integerDigits, scale: MOST_SCALE });
  }
  const type = value.type === 'padded' ? 'padded' : 'decimal';
  const integerDigits = Math.min(value.integerDigits + DIGITS_OF_A_SUM, MOST_DIGITS - value.scale);
  return typed(type, result, { integerDigits, scale: value.scale });
}

/** That a sum has more before the point than its parts: as many as MySQL gives it. */
const DIGITS_OF_A_SUM = 22;

/** Whether a number has at most so many digits before the point. */
function below(number: Statement, digits: number): Statement {
  return sql`ABS(${number}) < ${programText(`1e${digits}`)}`;
}
