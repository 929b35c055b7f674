import { Temporal } from 'temporal-polyfill';
import { DataSourceError } from '../../data-source';
import { programText, sql } from '../../statement';
import type { DialectContext } from './dialect-context';
import { MOST_DIGITS, MOST_SCALE } from './numbers';
import { text } from './texts';
import { typed, type Typed } from './typed';
import { unsupported } from './unsupported';

/** A value under a type of PostgreSQL. What MySQL would read in another way, or cut, is refused. */
export function valueOf(value: string, type: string, context: DialectContext): Typed {
  switch (type) {
    case 'text':
      return text(sql`${value}`, context);
    case 'uuid':
      return text(sql`${value.toLowerCase()}`, context);
    case 'int':
    case 'bigint':
      return typed('integer', sql`CAST(${wholeNumber(value)} AS SIGNED)`);
    case 'numeric':
      return decimalOf(value);
    case 'boolean':
      return typed('boolean', programText(matching(value, /^(?:true|false)$/) === 'true' ? '(1 = 1)' : '(1 = 0)'));
    case 'date':
      return typed('date', sql`CAST(${matching(value, DATE)} AS DATE)`, SOUND);
    case 'time':
      return typed('time', sql`CAST(${matching(value, TIME)} AS TIME(6))`, SOUND);
    case 'timestamptz':
      return instantOf(value);
    default:
      throw unsupported(`a value of the type ${type}`);
  }
}

/** A typed instant as the time that a clock of the report's zone shows then. */
export function wallTimeOf(instant: string, { timeZone }: DialectContext): Typed {
  const wall = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDateTime();
  return typed('timestamp', sql`CAST(${inRange(wall)} AS DATETIME(6))`, SOUND);
}

const SOUND = { isSound: true } as const;
const INTEGER = /^-?\d{1,19}$/;
const DECIMAL = /^[-+]?(\d*)\.?(\d*)(?:e([-+]?\d{1,4}))?$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?$/;

function decimalOf(value: string): Typed {
  const [, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(value) ?? [];
  if (whole === '' && fraction === '') throw invalid();
  const scale = Math.max(fraction.length - Number(exponent), 0);
  const digits = Math.max(whole.length + Number(exponent), 1);
  if (scale > MOST_SCALE || digits + scale > MOST_DIGITS) throw invalid();
  const size = programText(`${digits + scale}, ${scale}`);
  return typed('decimal', sql`CAST(${value} AS DECIMAL(${size}))`, { integerDigits: digits, scale });
}

function instantOf(value: string): Typed {
  let instant: Temporal.Instant;
  try {
    instant = Temporal.Instant.from(value);
  } catch {
    throw invalid();
  }
  const utc = inRange(instant.toZonedDateTimeISO('UTC').toPlainDateTime());
  return typed('instant', sql`CAST(${utc} AS DATETIME(6))`, { ...SOUND, instant: value });
}

/** The years that DATETIME holds. */
function inRange(time: Temporal.PlainDateTime): string {
  if (time.year < 1 || time.year > 9999) throw invalid();
  return time.toString({ fractionalSecondDigits: 6 }).replace('T', ' ');
}

/** Of what is no BIGINT the server would take the greatest one. */
function wholeNumber(value: string): string {
  const number = BigInt(matching(value, INTEGER));
  if (BigInt.asIntN(64, number) !== number) throw invalid();
  return value;
}

function matching(value: string, pattern: RegExp): string {
  if (!pattern.test(value)) throw invalid();
  return value;
}

function invalid(): DataSourceError {
  const message = 'A number, date or time of the report is beyond what MySQL and MariaDB can hold.';
  return new DataSourceError('data_source.value_invalid', message);
}
