import { Temporal } from 'temporal-polyfill';
import type { DataType } from './data-type';
import { canonicalDuration } from './duration';

/** The most characters (UTF-16 units) of a literal. */
export const LONGEST_LITERAL = 10_000;

/** A value in the one text form that its type has, or what is wrong with it, as the rest of a sentence. */
export type LiteralReading =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly problem: string };

/**
 * Reads a literal of a filter. The text form is that of `LiteralOperand`; the value given back is what a database takes:
 * numbers without `+` and leading zeros, `uuid` in lower case, `timestamp` in UTC, `duration` with a sign at each part.
 */
export function parseLiteral(type: DataType, text: string): LiteralReading {
  if (text.length > LONGEST_LITERAL) return bad(`is longer than ${LONGEST_LITERAL} characters`);
  const fault = textFault(text);
  if (fault !== null) return bad(fault);
  switch (type) {
    case 'string':
      return good(text);
    case 'integer':
      return parseInteger(text);
    case 'decimal':
    case 'currency':
    case 'percent':
      return parseDecimal(text);
    case 'boolean':
      return text === 'true' || text === 'false' ? good(text) : bad('is neither "true" nor "false"');
    case 'date':
      return isDate(text) ? good(text) : bad('is not a date of the calendar in the form 2026-11-23');
    case 'time':
      return isTime(text) ? good(text) : bad('is not a time of day in the form 07:30 or 07:30:00');
    case 'timestamp':
      return parseTimestamp(text);
    case 'duration': {
      const duration = canonicalDuration(text);
      return duration === null ? bad('is not a duration in the form P1DT2H30M (ISO 8601)') : good(duration);
    }
    case 'uuid':
      return UUID.test(text) ? good(text.toLowerCase()) : bad('is not a UUID');
    case 'json':
    case 'array':
      return parseJson(text);
  }
}

/** Why a text cannot be stored or sent as UTF-8, or null. Neither PostgreSQL nor a file takes these. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'contains a NUL character';
  return LONE_SURROGATE.test(text) ? 'contains half of a character (a lone surrogate)' : null;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/;
const TIMESTAMP = /^([^T]*)T(\d{2}:\d{2}:\d{2}(?:\.\d+)?)(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const LEAST_INTEGER = -(2n ** 63n);
const MOST_INTEGER = 2n ** 63n - 1n;
const MOST_DIGITS = 38;

function parseInteger(text: string): LiteralReading {
  // More digits than these are out of range anyhow, and long to reckon with.
  if (!/^[+-]?\d{1,100}$/.test(text)) return bad('is not a whole number');
  const value = BigInt(text.replace('+', ''));
  return value < LEAST_INTEGER || value > MOST_INTEGER
    ? bad(`is outside ${LEAST_INTEGER.toString()} to ${MOST_INTEGER.toString()}`)
    : good(value.toString());
}

function parseDecimal(text: string): LiteralReading {
  const match = /^([+-]?)0*(\d+)(\.\d+)?$/.exec(text);
  if (match === null) return bad('is not a decimal number in the form -12.50');
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = whole.length + Math.max(0, fraction.length - 1);
  return digits > MOST_DIGITS
    ? bad(`has more than ${MOST_DIGITS} digits`)
    : good(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
}

/** Whether a text is a day of the proleptic Gregorian calendar, years 0001 to 9999. */
function isDate(text: string): boolean {
  if (!DATE.test(text) || text.startsWith('0000')) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

function isTime(text: string): boolean {
  return TIME.test(text);
}

/** RFC 3339 section 5.6, without leap seconds and with at most six decimals, as PostgreSQL keeps them. */
function parseTimestamp(text: string): LiteralReading {
  const upper = text.toUpperCase();
  const [, date = '', time = ''] = TIMESTAMP.exec(upper) ?? [];
  if (!isDate(date) || !isTime(time)) {
    return bad('is not a time in the form 2026-11-23T07:30:00Z (with Z or an offset such as +01:00)');
  }
  const value = Temporal.Instant.from(upper).toString();
  // In UTC it may have slipped into the year 0 or 10000.
  return isDate(value.slice(0, 10)) ? good(value) : bad('is outside the years 0001 to 9999');
}

function parseJson(text: string): LiteralReading {
  try {
    JSON.parse(text);
  } catch {
    return bad('is not JSON');
  }
  return /\\u0000/.test(text) ? bad('contains a NUL character') : good(text);
}

function good(value: string): LiteralReading {
  return { ok: true, value };
}

function bad(problem: string): LiteralReading {
  return { ok: false, problem };
}
