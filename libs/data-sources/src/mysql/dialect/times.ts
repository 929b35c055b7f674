import { programText, sql, type Statement } from '../../statement';
import type { DialectContext } from './dialect-context';
import { repeated, typed, unlessRefused, type SqlType, type Typed } from './typed';
import { unsupported } from './unsupported';

/** What each is to MySQL, so that a refusal does not change the type. */
const NAMES: Readonly<Partial<Record<SqlType, string>>> = {
  date: 'DATE',
  time: 'TIME(6)',
  timestamp: 'DATETIME(6)',
  instant: 'DATETIME(6)',
};

/**
 * A date or time that a report can tell. A zero date (`0000-00-00`, `2026-05-00`) and a time beyond a day (TIME holds 838 hours either way)
 * end the query.
 */
export function sound(value: Typed): Typed {
  const name = NAMES[value.type];
  if (value.isSound || name === undefined) return value;
  const operand = repeated(value.sql);
  const condition =
    value.type === 'time'
      ? sql`${operand} BETWEEN CAST('00:00:00' AS TIME) AND CAST('24:00:00' AS TIME)`
      : sql`YEAR(${operand}) > 0 AND MONTH(${operand}) > 0 AND DAYOFMONTH(${operand}) > 0`;
  return { ...value, sql: unlessRefused(operand, condition, operand, programText(name)), isSound: true };
}

/** The time on the wall of the report's zone. */
export function wallTime(value: Typed, { timeZone }: DialectContext): Typed {
  const of = sound(value);
  const isSound = true;
  switch (value.type) {
    case 'timestamp':
      return of;
    case 'date':
      return typed('timestamp', sql`CAST(${of.sql} AS DATETIME)`, { isSound });
    case 'instant':
      return typed('timestamp', isUtc(timeZone) ? of.sql : sql`CONVERT_TZ(${of.sql}, '+00:00', ${timeZone})`, {
        isSound,
      });
    case 'null':
      return typed('timestamp', sql`CAST(${value.sql} AS DATETIME(6))`, { isSound });
    default:
      throw unsupported(`a ${value.type} as a timestamp`);
  }
}

export function day(value: Typed, context: DialectContext): Typed {
  if (value.type === 'date') return sound(value);
  if (value.type === 'null') return typed('date', sql`CAST(${value.sql} AS DATE)`, { isSound: true });
  return typed('date', sql`DATE(${wallTime(value, context).sql})`, { isSound: true });
}

export function timeOfDay(value: Typed, context: DialectContext): Typed {
  if (value.type === 'time') return sound(value);
  const of = value.type === 'null' ? value.sql : wallTime(value, context).sql;
  return typed('time', sql`CAST(${of} AS TIME(6))`, { isSound: true });
}

export function isUtc(timeZone: string): boolean {
  return timeZone === 'UTC' || timeZone === 'Etc/UTC';
}

const FIELDS: Readonly<Record<string, (operand: Statement) => Statement>> = {
  year: (operand) => sql`YEAR(${operand})`,
  quarter: (operand) => sql`QUARTER(${operand})`,
  month: (operand) => sql`MONTH(${operand})`,
  day: (operand) => sql`DAYOFMONTH(${operand})`,
  isodow: (operand) => sql`(WEEKDAY(${operand}) + 1)`,
  hour: (operand) => sql`HOUR(${operand})`,
  minute: (operand) => sql`MINUTE(${operand})`,
};
const FIELDS_OF: Readonly<Partial<Record<SqlType, readonly string[]>>> = {
  date: ['year', 'quarter', 'month', 'day', 'isodow'],
  timestamp: Object.keys(FIELDS),
  time: ['hour', 'minute'],
};

/** `extract(field FROM value)`. */
export function extractOf(field: string, value: Typed): Typed {
  const read = FIELDS[field];
  if (!read || FIELDS_OF[value.type]?.includes(field) !== true) throw unsupported(`the ${field} of a ${value.type}`);
  return typed('integer', read(sound(value).sql), { integerDigits: 4 });
}

export function daysBetween(from: Typed, to: Typed): Typed {
  return typed('integer', sql`DATEDIFF(${sound(to).sql}, ${sound(from).sql})`, { integerDigits: 7 });
}

/*
 * Days by the count of TO_DAYS: 366 is the first of the year 1, 3652424 the last of 9999, 1826395 the one between. Beyond them
 * FROM_DAYS gives a zero date. The factor is the greatest whose products with all of them are in the range of BIGINT, so a day beyond
 * leaves it, and ends the query.
 */
const MIDDLE = programText('1826395');
const FACTOR = programText('5051054521508');

/** @param count days, a whole number */
export function daysLater(value: Typed, count: Typed): Typed {
  const from = sound(value).sql;
  const offset = sql`(TO_DAYS(${from}) + ${count.sql} - ${MIDDLE})`;
  const date = sql`FROM_DAYS(${offset} * ${FACTOR} DIV ${FACTOR} + ${MIDDLE})`;
  if (value.type === 'date') return typed('date', date, { isSound: true });
  if (value.type !== 'timestamp') throw unsupported(`a ${value.type} some days later`);
  return typed('timestamp', sql`ADDTIME(CAST(${date} AS DATETIME(6)), TIME(${repeated(from)}))`, { isSound: true });
}
