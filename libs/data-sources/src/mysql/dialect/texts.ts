import { programText, sql, type Statement } from '../../statement';
import { refusal, typed, type Typed } from './typed';
import { unsupported } from './unsupported';

/** What texts and zones of a query depend on. */
export interface DialectContext {
  /** Collation by code points in which blanks at the end count; the two servers call theirs differently. */
  readonly collation: string;
  /** How the replacement of a regular expression names its first group: `\1` to MariaDB, `$1` to MySQL. */
  readonly firstGroup: string;
  /** IANA zone of the report. */
  readonly timeZone: string;
}

/** A text that is compared as it is: capitals, accents and blanks at the end count. */
export function text(value: Statement, { collation }: DialectContext): Typed {
  return typed('text', sql`CONVERT(${value} USING utf8mb4) COLLATE ${programText(collation)}`);
}

/** As PostgreSQL casts to text. A zero date, and a time beyond a day, end the query: no report could tell what they mean. */
export function asText(value: Typed, context: DialectContext): Typed {
  switch (value.type) {
    case 'text':
      return value;
    case 'null':
      return text(value.sql, context);
    case 'integer':
    case 'decimal':
    case 'float':
    case 'double':
      return text(sql`CAST(${value.sql} AS CHAR)`, context);
    case 'padded':
      return text(trimmed(sql`CAST(${value.sql} AS CHAR)`), context);
    case 'boolean':
      return text(sql`CASE WHEN ${value.sql} THEN 'true' WHEN NOT ${value.sql} THEN 'false' END`, context);
    case 'date':
      return text(dated(value.sql, sql`DATE_FORMAT(${value.sql}, '%Y-%m-%d')`), context);
    case 'time':
      return text(timed(value.sql, withFraction(value.sql, sql`TIME_FORMAT(${value.sql}, '%H:%i:%s.%f')`)), context);
    case 'timestamp':
      return text(
        dated(value.sql, withFraction(value.sql, sql`DATE_FORMAT(${value.sql}, '%Y-%m-%d %H:%i:%s.%f')`)),
        context,
      );
    case 'instant':
      throw unsupported('a time with its zone');
  }
}

/** As a result is sent: the same, save booleans. */
export function asResult(value: Typed, context: DialectContext): Typed {
  if (value.type !== 'boolean') return asText(value, context);
  return text(sql`CASE WHEN ${value.sql} THEN 't' WHEN NOT ${value.sql} THEN 'f' END`, context);
}

/** The time on the wall of the report's zone. */
export function wallTime(value: Typed, { timeZone }: DialectContext): Typed {
  if (value.type === 'timestamp') return value;
  if (value.type === 'date') return typed('timestamp', sql`CAST(${value.sql} AS DATETIME)`);
  if (value.type !== 'instant') throw unsupported(`a ${value.type} as a timestamp`);
  if (isUtc(timeZone)) return typed('timestamp', value.sql);
  const converted = sql`CONVERT_TZ(${value.sql}, '+00:00', ${timeZone})`;
  // The conversion gives NULL for a zero date, which would pass for an empty cell.
  return typed('timestamp', dated(value.sql, converted, 'DATETIME(6)'));
}

export function isUtc(timeZone: string): boolean {
  return timeZone === 'UTC' || timeZone === 'Etc/UTC';
}

/** What is made of a date, a refusal if it is none: `0000-00-00`, `2026-05-00`. */
export function dated(
  value: Statement,
  result: Statement,
  type: 'CHAR' | 'DATETIME(6)' | 'SIGNED' = 'CHAR',
): Statement {
  const isDate = sql`YEAR(${value}) > 0 AND MONTH(${value}) > 0 AND DAYOFMONTH(${value}) > 0`;
  return checked(value, isDate, result, type);
}

/** What is made of a time of day, a refusal if it is none: TIME holds 838 hours either way. */
export function timed(value: Statement, result: Statement, type: 'CHAR' | 'SIGNED' = 'CHAR'): Statement {
  return checked(value, sql`${value} BETWEEN CAST('00:00:00' AS TIME) AND CAST('24:00:00' AS TIME)`, result, type);
}

function checked(value: Statement, condition: Statement, result: Statement, type: string): Statement {
  return sql`CASE WHEN ${condition} THEN ${result} WHEN ${value} IS NOT NULL THEN CAST(${refusal(value)} AS ${programText(type)}) END`;
}

/** A fraction of a second only if there is one, as PostgreSQL writes it. */
function withFraction(value: Statement, written: Statement): Statement {
  return sql`CASE WHEN MICROSECOND(${value}) = 0 THEN SUBSTRING_INDEX(${written}, '.', 1) ELSE TRIM(TRAILING '0' FROM ${written}) END`;
}

/** Without the zeros at its end, and the point if nothing follows it. There is always a point. */
function trimmed(number: Statement): Statement {
  return sql`TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${number}))`;
}
