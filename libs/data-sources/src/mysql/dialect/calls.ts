import { programText, sql, type Statement } from '../../statement';
import { formatted } from './formats';
import type { Expression } from './syntax';
import { asText, dated, text, timed, type DialectContext } from './texts';
import { exact, isExact, isNumber, rounded, typed, type SqlType, type Typed } from './typed';
import { unsupported } from './unsupported';

export interface Call {
  readonly operands: readonly Expression[];
  readonly distinct: boolean;
  readonly context: DialectContext;
  readonly typed: (operand: Expression) => Typed;
}

/** PostgreSQL's functions, save `count(*)`. */
export function callOf(name: string, call: Call): Typed {
  const { operands, distinct, context } = call;
  const [first, second, third] = operands;
  if (!first) throw unsupported(`the function ${name}`);
  const value = call.typed(first);
  if (distinct) {
    if (name !== 'count') throw unsupported(`${name} of distinct values`);
    return typed('integer', sql`COUNT(DISTINCT ${value.sql})`, { integerDigits: 19 });
  }
  switch (name) {
    case 'sum':
      return summed(value, 'SUM', 22);
    case 'avg':
      return summed(value, 'AVG', 0);
    case 'min':
    case 'max':
      if (value.type === 'boolean') throw unsupported(`${name} of truth values`);
      return { ...value, sql: sql`${programText(name.toUpperCase())}(${value.sql})` };
    case 'abs':
      return { ...exact(value), sql: sql`ABS(${exact(value).sql})` };
    case 'round':
      return rounded(value, Number(typedValue(second)));
    case 'to_char':
      return formatted(value, typedValue(second), context);
    case 'rtrim':
      return text(sql`TRIM(TRAILING ${call.typed(sign(second)).sql} FROM ${textOf(value).sql})`, context);
    case 'translate':
      return text(swapped(textOf(value).sql, sign(second).text, typedValue(third)), context);
    case 'ascii':
      return typed('integer', sql`ORD(CONVERT(${asText(value, context).sql} USING utf32))`, { integerDigits: 7 });
    default:
      throw unsupported(`the function ${name}`);
  }
}

/** `extract(field FROM value)`. */
export function extractOf(field: string, value: Typed): Typed {
  const operand = value.sql;
  const number = (part: Statement): Typed => typed('integer', part, { integerDigits: 2 });
  if (value.type === 'time' && field === 'hour') return number(timed(operand, sql`HOUR(${operand})`, 'SIGNED'));
  if (value.type !== 'timestamp') throw unsupported(`the ${field} of a ${value.type}`);
  switch (field) {
    case 'hour':
      return number(dated(operand, sql`HOUR(${operand})`, 'SIGNED'));
    case 'month':
      return number(dated(operand, sql`MONTH(${operand})`, 'SIGNED'));
    case 'isodow':
      return number(dated(operand, sql`(WEEKDAY(${operand}) + 1)`, 'SIGNED'));
    default:
      throw unsupported(`the ${field} of a timestamp`);
  }
}

/** @param more digits before the point that it may have beyond those of its parts */
function summed(value: Typed, name: 'SUM' | 'AVG', more: number): Typed {
  if (!isNumber(value)) throw unsupported(`${name.toLowerCase()} of a ${value.type}`);
  const type: SqlType = isExact(value.type) ? (value.type === 'padded' ? 'padded' : 'decimal') : 'double';
  const integerDigits = value.integerDigits === null ? null : value.integerDigits + more;
  return typed(type, sql`${programText(name)}(${value.sql})`, { integerDigits });
}

/** The digits of a number in which comma and point become other signs. */
function swapped(digits: Statement, from: string, to: string): Statement {
  if (from !== ',.') throw unsupported('the function translate');
  const [group = '', decimal = ''] = to;
  // No number holds the character between them, by which the one is not taken for the other.
  return sql`REPLACE(REPLACE(REPLACE(${digits}, ',', '\u0001'), '.', ${decimal}), '\u0001', ${group})`;
}

function textOf(value: Typed): Typed {
  if (value.type !== 'text') throw unsupported(`a ${value.type} as a text`);
  return value;
}

/** A value that the translation must know, typed with a cast or without. */
function typedValue(expression: Expression | undefined): string {
  const value = expression?.type === 'cast' ? expression.of : expression;
  if (value?.type !== 'value') throw unsupported('a format that is computed');
  return value.value;
}

function sign(expression: Expression | undefined): Extract<Expression, { type: 'text' }> {
  if (expression?.type !== 'text') throw unsupported('signs that are computed');
  return expression;
}
