import { joinStatements, programText, sql, type Statement } from '../../statement';
import type { DialectContext } from './dialect-context';
import { rounded } from './numbers';
import { text } from './texts';
import { sound } from './times';
import { isNumber, type Typed } from './typed';
import { unsupported } from './unsupported';

/** `to_char(value, pattern)` of PostgreSQL, of the patterns that the export engine writes. */
export function formatted(value: Typed, pattern: string, context: DialectContext): Typed {
  if (isNumber(value)) return text(numberText(value, pattern, context), context);
  const { sql: operand } = sound(value);
  switch (value.type) {
    case 'timestamp':
      return text(momentText(operand, pattern, 'DATE_FORMAT'), context);
    case 'time':
      return text(momentText(operand, pattern, 'TIME_FORMAT'), context);
    default:
      throw unsupported(`a format for a ${value.type}`);
  }
}

/** @see https://www.postgresql.org/docs/current/functions-formatting.html#FUNCTIONS-FORMATTING-NUMERIC-TABLE */
function numberText(value: Typed, pattern: string, { firstGroup }: DialectContext): Statement {
  const parts = /^FM([9,]*)([0,]*)(\.(0*)(9*))?$/.exec(pattern);
  if (!parts) throw unsupported('this format of a number');
  const [, optional = '', required = '', point, zeros = '', nines = ''] = parts;
  const leastDigits = required.replaceAll(',', '').length;
  const scale = zeros.length + nines.length;
  const { sql: number } = rounded(value, scale);
  const plain = sql`CAST(${number} AS CHAR)`;
  let written = leastDigits > 1 ? padded(number, leastDigits + (scale > 0 ? scale + 1 : 0)) : plain;
  const end = programText(scale > 0 ? '\\.' : '$');
  if (leastDigits === 0) written = sql`REGEXP_REPLACE(${written}, '(?<![0-9.])0(?=${end})', '')`;
  const groups = groupsOf(optional + required);
  if (groups) written = sql`REGEXP_REPLACE(${written}, '([0-9])(?=${groups}${end})', '${programText(firstGroup)},')`;
  if (nines !== '') {
    written = sql`REGEXP_REPLACE(${written}, '0{1,${programText(String(nines.length))}}$', '')`;
  }
  return point !== undefined && scale === 0 ? sql`CONCAT(${written}, '.')` : written;
}

/** The digits that follow each comma. */
function groupsOf(integer: string): Statement | null {
  if (!integer.includes(',')) return null;
  return programText(/,[90]{2},/.test(integer) ? '([0-9]{2})*[0-9]{3}' : '([0-9]{3})+');
}

/** @param length characters of a number with all its zeros, without a sign */
function padded(number: Statement, length: number): Statement {
  const digits = sql`CAST(ABS(${number}) AS CHAR)`;
  const longer = sql`GREATEST(CHAR_LENGTH(${digits}), ${programText(String(length))})`;
  return sql`CONCAT(CASE WHEN ${number} < 0 THEN '-' ELSE '' END, LPAD(${digits}, ${longer}, '0'))`;
}

/** @see https://dev.mysql.com/doc/refman/8.4/en/date-and-time-functions.html#function_date-format */
const FIELDS: Readonly<Record<string, string>> = {
  YYYY: '%Y',
  YY: '%y',
  MM: '%m',
  FMMM: '%c',
  DD: '%d',
  FMDD: '%e',
  HH24: '%H',
  FMHH24: '%k',
  HH12: '%h',
  FMHH12: '%l',
  MI: '%i',
  SS: '%s',
};

/** Text in quotes, in which a backslash is before a quote or itself; fields, longest first; signs that stand for themselves. */
const MOMENT_TOKEN = /"((?:[^"\\]|\\.)*)"|YYYY|YY|FMMM|FMDD|FMHH24|FMHH12|MM|DD|HH24|HH12|MI|MS|SS|[^\w"\\]/y;

function momentText(value: Statement, pattern: string, write: 'DATE_FORMAT' | 'TIME_FORMAT'): Statement {
  const pieces: Statement[] = [];
  let layout = '';
  const call = (format: string): Statement => sql`${programText(write)}(${value}, ${format})`;
  const flush = (): void => {
    if (layout !== '') pieces.push(call(layout));
    layout = '';
  };
  for (let at = 0; at < pattern.length; at = MOMENT_TOKEN.lastIndex) {
    MOMENT_TOKEN.lastIndex = at;
    const [token, quoted] = MOMENT_TOKEN.exec(pattern) ?? [];
    if (token === undefined) throw unsupported('this format of a date or time');
    if (token === 'MS') {
      flush();
      pieces.push(sql`LEFT(${call('%f')}, 3)`);
    } else {
      layout += FIELDS[token] ?? (quoted?.replaceAll(/\\(["\\])/g, '$1') ?? token).replaceAll('%', '%%');
    }
  }
  flush();
  return sql`CONCAT(${joinStatements(pieces, ', ')})`;
}
