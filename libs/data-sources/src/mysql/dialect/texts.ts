import { programText, sql, type Statement } from '../../statement';
import type { DialectContext } from './dialect-context';
import { floatingText } from './numbers';
import { sound } from './times';
import { repeated, typed, type Typed } from './typed';
import { unsupported } from './unsupported';

/** A text that is compared as it is: capitals, accents and blanks at the end count. */
export function text(value: Statement, { collation }: DialectContext): Typed {
  return typed('text', sql`CONVERT(${value} USING utf8mb4) COLLATE ${programText(collation)}`);
}

/** A text of the program (ISO 9075-2, 5.3): quotes inside doubled, and with NO_BACKSLASH_ESCAPES no other escape. */
export function textLiteral(content: string): Statement {
  return programText(`'${content.replaceAll("'", "''")}'`);
}

/** As PostgreSQL casts to text. A zero date, and a time beyond a day, are written as they are kept. */
export function asText(value: Typed, context: DialectContext): Typed {
  const { sql: operand } = value;
  switch (value.type) {
    case 'text':
      return value;
    case 'null':
      return text(operand, context);
    case 'integer':
    case 'decimal':
      return text(sql`CAST(${operand} AS CHAR)`, context);
    case 'float':
    case 'double':
      return text(floatingText(value), context);
    case 'padded':
      return text(trimmed(significant(operand)), context);
    case 'boolean':
      return text(sql`ELT(${operand} + 1, 'false', 'true')`, context);
    case 'date':
      return text(sql`DATE_FORMAT(${operand}, '%Y-%m-%d')`, context);
    case 'time':
      return text(trimmed(sql`TIME_FORMAT(${operand}, '%H:%i:%s.%f')`), context);
    case 'timestamp':
      return text(momentText(operand), context);
    case 'instant':
      return text(sql`CONCAT(${momentText(operand)}, '+00')`, context);
    case 'interval':
      throw unsupported('an interval as a text');
  }
}

/** As a result is sent: the same, save booleans. What is no date or time of day ends the query. */
export function asResult(value: Typed, context: DialectContext): Typed {
  if (value.type === 'boolean') return text(sql`ELT(${value.sql} + 1, 'f', 't')`, context);
  return asText(sound(value), context);
}

function momentText(operand: Statement): Statement {
  return trimmed(sql`DATE_FORMAT(${operand}, '%Y-%m-%d %H:%i:%s.%f')`);
}

/** A number with 16 digits that count, as PostgreSQL gives a quotient at least. */
function significant(number: Statement): Statement {
  const rounded = sql`CAST(ROUND(${repeated(number)}, 18) AS CHAR)`;
  return sql`CASE WHEN ABS(${number}) >= 0.01 THEN ${rounded} ELSE CAST(${number} AS CHAR) END`;
}

/** Without the zeros at its end, and the point if nothing follows it. There is always a point. */
function trimmed(number: Statement): Statement {
  return sql`TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${number}))`;
}
