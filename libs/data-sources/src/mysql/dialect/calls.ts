import { joinStatements, programText, sql, type Statement } from '../../statement';
import type { DialectContext } from './dialect-context';
import { formatted } from './formats';
import { aggregated, exact, rounded, wholeNumber } from './numbers';
import { commonType, shared } from './shared-type';
import type { Expression } from './syntax';
import { asText, text } from './texts';
import { isNumber, repeated, typed, type Typed } from './typed';
import { unsupported } from './unsupported';

export interface Call {
  readonly operands: readonly Expression[];
  readonly context: DialectContext;
  readonly typed: (operand: Expression) => Typed;
}

/** PostgreSQL's functions, save `count`. */
export function callOf(name: string, call: Call): Typed {
  const { operands, context } = call;
  const [first, second, third] = operands;
  if (!first) throw unsupported(`the function ${name}`);
  if (name === 'nullif') return nullIf(first, second, call);
  const values = operands.map(call.typed);
  const [value = call.typed(first)] = values;
  const texts = (): Statement[] => values.map((operand) => textOf(operand).sql);
  switch (name) {
    case 'sum':
      return aggregated('SUM', value);
    case 'avg':
      return aggregated('AVG', value);
    case 'min':
    case 'max':
      if (value.type === 'boolean') throw unsupported(`${name} of truth values`);
      return { ...value, sql: sql`${programText(name.toUpperCase())}(${value.sql})` };
    case 'abs':
      return isNumber(value) ? { ...value, sql: sql`ABS(${value.sql})` } : exact(value);
    case 'round':
      return rounded(value, second ? Number(literalOf(second)) : 0);
    case 'floor':
    case 'ceil':
      return wholeNumber(wholePart(name, exact(value)));
    case 'to_char':
      return formatted(value, literalOf(second), context);
    case 'upper':
    case 'lower':
    case 'reverse':
    case 'trim':
      return text(sql`${programText(name.toUpperCase())}(${list(texts())})`, context);
    case 'replace':
      return text(sql`REPLACE(${list(texts())})`, context);
    case 'rtrim':
      return text(sql`TRIM(TRAILING ${call.typed(sign(second)).sql} FROM ${textOf(value).sql})`, context);
    case 'translate':
      return text(swapped(textOf(value).sql, sign(second).text, literalOf(third)), context);
    case 'concat':
      // NULLs are left out, by PostgreSQL as well.
      return text(sql`CONCAT_WS('', ${list(values.map((part) => asText(part, context).sql))})`, context);
    case 'substr':
      return text(substring(textOf(value).sql, values[1], values[2]), context);
    case 'length':
      return typed('integer', sql`CHAR_LENGTH(${textOf(value).sql})`, { integerDigits: 10 });
    case 'strpos':
      return typed('integer', position(texts()), { integerDigits: 10 });
    case 'starts_with':
      return typed('boolean', sql`(${position(texts())} = 1)`);
    case 'ascii':
      return typed('integer', sql`ORD(CONVERT(${asText(value, context).sql} USING utf32))`, { integerDigits: 7 });
    case 'coalesce':
      return alike(values, list, 'COALESCE', context);
    case 'greatest':
    case 'least':
      return alike(values, withoutNulls, name.toUpperCase(), context);
    default:
      throw unsupported(`the function ${name}`);
  }
}

function alike(
  values: readonly Typed[],
  written: (values: readonly Statement[]) => Statement,
  name: string,
  context: DialectContext,
): Typed {
  return shared(values, sql`${programText(name)}(${written(values.map((value) => value.sql))})`, context);
}

/** Each value, or the next that is none: MySQL gives NULL for the greatest of several as soon as one of them is. */
function withoutNulls(values: readonly Statement[]): Statement {
  return list(
    values.map((value, index) => {
      const others = [...values.slice(index + 1), ...values.slice(0, index)];
      return sql`COALESCE(${list([repeated(value), ...others])})`;
    }),
  );
}

function nullIf(first: Expression, second: Expression | undefined, call: Call): Typed {
  const value = call.typed(first);
  // No day of MySQL's is infinite.
  if (isInfinity(second)) return value;
  if (!second) throw unsupported('the function nullif');
  const other = call.typed(second);
  commonType([value, other]);
  const result = sql`NULLIF(${value.sql}, ${other.sql})`;
  return value.type === 'text' ? text(result, call.context) : { ...value, sql: result };
}

function isInfinity(expression: Expression | undefined): boolean {
  return expression?.type === 'cast' && expression.of.type === 'text' && /^-?infinity$/.test(expression.of.text);
}

/** From a place counted from 1, which may be before the text. */
function substring(of: Statement, from: Typed | undefined, count: Typed | undefined): Statement {
  if (!from) throw unsupported('the function substr');
  const start = sql`GREATEST(${repeated(from.sql)}, 1)`;
  if (!count) return sql`SUBSTRING(${of}, ${start})`;
  return sql`SUBSTRING(LEFT(${of}, GREATEST(${from.sql} + ${count.sql} - 1, 0)), ${start})`;
}

function position([whole = NOTHING, part = NOTHING]: readonly Statement[]): Statement {
  return sql`LOCATE(${part}, ${whole})`;
}

const NOTHING = programText('NULL');

function wholePart(name: 'floor' | 'ceil', number: Typed): Typed {
  const result = sql`${programText(name.toUpperCase())}(${number.sql})`;
  return typed('decimal', result, { integerDigits: number.integerDigits + 1 });
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
function literalOf(expression: Expression | undefined): string {
  switch (expression?.type) {
    case 'value':
      return expression.value;
    case 'cast':
      return literalOf(expression.of);
    case 'negative':
      return `-${literalOf(expression.of)}`;
    default:
      throw unsupported('digits or a format that are computed');
  }
}

function sign(expression: Expression | undefined): Extract<Expression, { type: 'text' }> {
  if (expression?.type !== 'text') throw unsupported('signs that are computed');
  return expression;
}

function list(parts: readonly Statement[]): Statement {
  return joinStatements(parts, ', ');
}
