import type { DataType } from '#domain';

/** A value as a cell holds it; dates and times are serial numbers (days since 1899-12-30). */
export type CellValue = string | number | boolean | null;

/** Longest text of a cell, in UTF-16 code units. @see https://support.microsoft.com/office/excel-specifications-and-limits */
export const LONGEST_CELL_TEXT = 32_767;

const MS_PER_DAY = 86_400_000;
/** Serial number of 1970-01-01. */
const UNIX_EPOCH = 25_569;
/** Before 1900-03-01 Excel counts a leap day that never was, and below zero it shows nothing. */
const FIRST_RELIABLE_SERIAL = 61;
const SIGNIFICANT_DIGITS = 15;

/** Makes cells of the database's text forms, one function a column type. Counts the texts that had to be cut. */
export class CellValues {
  private cut = 0;

  get cutTexts(): number {
    return this.cut;
  }

  converter(type: DataType): (text: string) => CellValue {
    switch (type) {
      case 'integer':
        return integer;
      case 'decimal':
      case 'currency':
      case 'percent':
      case 'duration':
        return decimal;
      case 'boolean':
        return (text) => text === 't' || text === 'true';
      case 'date':
      case 'timestamp':
        return timestamp;
      case 'time':
        return time;
      case 'string':
      case 'uuid':
      case 'json':
      case 'array':
        return (text) => this.text(text);
    }
  }

  private text(text: string): string {
    const clean = printable(text);
    if (clean.length <= LONGEST_CELL_TEXT) return clean;
    this.cut++;
    const end = clean.charCodeAt(LONGEST_CELL_TEXT - 1);
    // Half of a surrogate pair is no character.
    return clean.slice(0, end >= 0xd800 && end < 0xdc00 ? LONGEST_CELL_TEXT - 1 : LONGEST_CELL_TEXT);
  }
}

/** Excel keeps 15 digits: longer numbers stay text, so that none of them is lost. */
function integer(text: string): CellValue {
  const digits = text.startsWith('-') ? text.length - 1 : text.length;
  return digits <= SIGNIFICANT_DIGITS ? numberOr(text) : decimal(text);
}

/** A number where a double gives the same digits back, else text. */
function decimal(text: string): CellValue {
  const value = numberOr(text);
  if (typeof value === 'string' || text.length <= SIGNIFICANT_DIGITS) return value;
  // Exponents come from floating-point columns alone, whose values are doubles already.
  if (text.includes('e')) return value;
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  if (!plain.includes('.') && plain.replace('-', '').length > SIGNIFICANT_DIGITS) return text;
  return String(value) === (plain === '-0' ? '0' : plain) ? value : text;
}

/** `NaN` and infinities are no numbers to a spreadsheet. */
function numberOr(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) && text !== '' ? value : text;
}

const TIMESTAMP = /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(\.\d+)?)?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(\.\d+)?$/;

/** `infinity`, years before Christ and what a spreadsheet cannot count stay text. */
function timestamp(text: string): CellValue {
  const parts = TIMESTAMP.exec(text);
  if (!parts) return text;
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = 0] = parts;
  if (Number(year) < 1900 || Number(year) > 9999) return text;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day)) / MS_PER_DAY + UNIX_EPOCH;
  if (midnight < FIRST_RELIABLE_SERIAL) return text;
  return midnight + dayFraction(Number(hour), Number(minute), Number(second) + Number(fraction));
}

function time(text: string): CellValue {
  const parts = TIME.exec(text);
  if (!parts) return text;
  return dayFraction(Number(parts[1]), Number(parts[2]), Number(parts[3]) + Number(parts[4] ?? 0));
}

function dayFraction(hours: number, minutes: number, seconds: number): number {
  return (hours * 3600 + minutes * 60 + seconds) / 86_400;
}

const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/**
 * Text without the characters that XML 1.0 (2.2) forbids or discourages; line ends become LF, as Excel writes them. What
 * looks like an escape of ST_Xstring (ECMA-376 part 1, 22.9.2.19) gets its own underscore escaped.
 */
export function printable(text: string): string {
  const clean = UNPRINTABLE.test(text) ? text.replace(/\r\n?/g, '\n').replace(new RegExp(UNPRINTABLE, 'g'), '') : text;
  return clean.includes('_x') ? clean.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_') : clean;
}
