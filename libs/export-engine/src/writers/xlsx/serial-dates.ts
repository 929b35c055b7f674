/**
 * Dates and times of COPY's text into the serial numbers of a spreadsheet: days since 1899-12-30 (ECMA-376 part 1, 18.17.4.1), a
 * time as the fraction of a day. Bytes in and bytes out; each function gives the place behind what it wrote, or -1 where the
 * text has to stay text.
 */

const ZERO = 0x30;
const DASH = 0x2d;
const SPACE = 0x20;
const COLON = 0x3a;
const POINT = 0x2e;
const TWO_DIGITS = 2;
const DATE_BYTES = 10;
/** Of `07:30:00`. */
const TIME_BYTES = 8;

/** Before 1900-03-01 Excel counts a leap day that never was, and below zero it shows nothing. */
const FIRST_RELIABLE_SERIAL = 61;
/** Serial number of 1970-01-01. */
const UNIX_EPOCH = 25_569;

/** Digits of a day's fraction: with five before the point, as many as a double tells apart. */
const FRACTION_DIGITS = 12;
/** Microseconds of a day for each unit of the last of these digits: 86,400,000,000 / 10^12. */
const MICROSECONDS_PER_UNIT = 0.0864;

/** `2026-11-23`, alone or with ` 07:30:00.123456` behind it. `infinity`, years before 1900 and beyond 9999 stay text. */
export function writeMoment(input: Buffer, from: number, end: number, output: Buffer, at: number): number {
  if (end - from < DATE_BYTES) return -1;
  const year = digits(input, from, 4);
  const month = digits(input, from + 5, TWO_DIGITS);
  const day = digits(input, from + 8, TWO_DIGITS);
  const isDate = input[from + 4] === DASH && input[from + 7] === DASH && year >= 1900 && month >= 1 && day >= 1;
  if (!isDate) return -1;
  const serial = daysFromCivil(year, month, day) + UNIX_EPOCH;
  if (serial < FIRST_RELIABLE_SERIAL) return -1;
  if (end === from + DATE_BYTES) return writeNumber(serial, output, at);
  if (input[from + DATE_BYTES] !== SPACE) return -1;
  const microseconds = microsecondsOfDay(input, from + DATE_BYTES + 1, end);
  return microseconds < 0 ? -1 : writeSerial(serial, microseconds, output, at);
}

/** `07:30:00.123456`; `24:00:00` is 1. */
export function writeTime(input: Buffer, from: number, end: number, output: Buffer, at: number): number {
  const microseconds = microsecondsOfDay(input, from, end);
  return microseconds < 0 ? -1 : writeSerial(0, microseconds, output, at);
}

/** Digits beyond the sixth of a second are dropped. */
function microsecondsOfDay(input: Buffer, from: number, end: number): number {
  if (end - from < TIME_BYTES) return -1;
  const hours = digits(input, from, TWO_DIGITS);
  const minutes = digits(input, from + 3, TWO_DIGITS);
  const seconds = digits(input, from + 6, TWO_DIGITS);
  const isTime = input[from + 2] === COLON && input[from + 5] === COLON && hours >= 0 && minutes >= 0 && seconds >= 0;
  if (!isTime) return -1;
  const whole = (hours * 3600 + minutes * 60 + seconds) * 1_000_000;
  if (end === from + TIME_BYTES) return whole;
  if (input[from + TIME_BYTES] !== POINT || end === from + TIME_BYTES + 1) return -1;
  let unit = 1_000_000;
  let fraction = 0;
  for (let index = from + TIME_BYTES + 1; index < end; index++) {
    const digit = (input[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    unit /= 10;
    if (unit >= 1) fraction += digit * unit;
  }
  return whole + fraction;
}

/** A number of so many digits, or -1. */
function digits(input: Buffer, from: number, count: number): number {
  let value = 0;
  for (let index = from; index < from + count; index++) {
    const digit = (input[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Days since 1970-01-01 in the Gregorian calendar, for years from 0 on.
 *
 * @see https://howardhinnant.github.io/date_algorithms.html#days_from_civil
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function writeSerial(days: number, microseconds: number, output: Buffer, at: number): number {
  if (microseconds >= 86_400_000_000) return writeNumber(days + 1, output, at);
  const next = writeNumber(days, output, at);
  if (microseconds === 0) return next;
  let fraction = Math.round(microseconds / MICROSECONDS_PER_UNIT);
  output[next] = POINT;
  let last = next + FRACTION_DIGITS;
  while (fraction % 10 === 0) {
    fraction /= 10;
    last--;
  }
  for (let index = last; index > next; index--) {
    const rest = Math.floor(fraction / 10);
    output[index] = ZERO + fraction - rest * 10;
    fraction = rest;
  }
  return last + 1;
}

function writeNumber(value: number, output: Buffer, at: number): number {
  let length = 1;
  for (let power = 10; power <= value; power *= 10) length++;
  let rest = value;
  for (let index = at + length - 1; index >= at; index--) {
    const tenth = Math.floor(rest / 10);
    output[index] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return at + length;
}
