import type { DataType, DateTimeField, DateTimeFormat, NumberAffix, NumberFormat, ValueFormat } from '#domain';
import { currencySymbol } from './locale-text';
import { spreadsheetLanguage } from './spreadsheet-language';

/** How a spreadsheet shows a type without a format; null is its general format. */
export const DEFAULT_NUMBER_FORMATS: Readonly<Record<DataType, string | null>> = {
  string: null,
  integer: null,
  decimal: null,
  currency: '#,##0.00',
  percent: '0.00%',
  boolean: null,
  date: 'yyyy-mm-dd',
  time: 'hh:mm:ss',
  timestamp: 'yyyy-mm-dd hh:mm:ss',
  duration: '[h]:mm:ss',
  uuid: null,
  json: null,
  array: null,
};

/**
 * The number format code of a spreadsheet that writes the same, or null when there is none (ECMA-376 part 1, 18.8.31). The
 * comma and the point in it stand for those of whoever opens the file; names of months and days come in the report's locale.
 */
export function numberFormatCode(format: ValueFormat, pattern: string, locale: string): string | null {
  switch (format.type) {
    case 'number':
      return numberCode(format, pattern, locale);
    case 'datetime':
      return dateTimeCode(format, locale);
    case 'duration':
      return pattern.replace('SSS', '000');
    case 'boolean':
      return null;
  }
}

/** Groups of two digits have no code: every comma makes groups of three. */
function numberCode({ grouping, prefix, suffix }: NumberFormat, pattern: string, locale: string): string | null {
  if (grouping === 'lakhs') return null;
  const digits = pattern.replace(/[^#0,.]/g, '');
  return affixCode(prefix, locale) + digits + affixCode(suffix, locale);
}

function affixCode(affixes: readonly NumberAffix[], locale: string): string {
  return affixes
    .map((affix) => {
      switch (affix.type) {
        case 'percent':
          return '%';
        case 'currency':
          return `[$${affix.as === 'code' ? affix.code : currencySymbol(locale, affix.code)}]`;
        case 'space':
          return `"${affix.text}"`;
      }
    })
    .join('');
}

const EXCEL_FIELDS: Readonly<Record<DateTimeField, string>> = {
  yyyy: 'yyyy',
  yy: 'yy',
  MMMM: 'mmmm',
  MMM: 'mmm',
  MM: 'mm',
  M: 'm',
  LLLL: 'mmmm',
  LLL: 'mmm',
  dd: 'dd',
  d: 'd',
  EEEE: 'dddd',
  EEE: 'ddd',
  HH: 'hh',
  H: 'h',
  hh: 'hh',
  h: 'h',
  mm: 'mm',
  ss: 'ss',
  SSS: '000',
  a: 'AM/PM',
};

function dateTimeCode(format: DateTimeFormat, locale: string): string | null {
  const fields = format.parts.flatMap((part) => (part.type === 'field' ? [part.field] : []));
  if (isAmbiguous(fields) || !hoursFit(fields) || !millisecondsFit(format)) return null;
  const language = fields.some((field) => WORDS.includes(field)) ? spreadsheetLanguage(locale) : '';
  if (language === null) return null;
  const code = format.parts
    .map((part, index) => {
      if (part.type === 'field') return EXCEL_FIELDS[part.field];
      const next = format.parts[index + 1];
      // The point of a fraction is part of it.
      return next?.type === 'field' && next.field === 'SSS' ? part.text : quoted(part.text);
    })
    .join('');
  return language === '' ? code : `[$-${language}]${code}`;
}

const WORDS: readonly DateTimeField[] = ['MMMM', 'MMM', 'LLLL', 'LLL', 'EEEE', 'EEE', 'a'];
const HOURS: readonly (DateTimeField | undefined)[] = ['HH', 'H', 'hh', 'h'];
const NUMERIC_MONTHS: readonly DateTimeField[] = ['MM', 'M'];

/** `mm` and `m` are the minute only beside hours or seconds, else the month. */
function isAmbiguous(fields: readonly DateTimeField[]): boolean {
  return fields.some((field, index) => {
    const minuteByItsPlace = HOURS.includes(fields[index - 1]) || fields[index + 1] === 'ss';
    return (field === 'mm' && !minuteByItsPlace) || (NUMERIC_MONTHS.includes(field) && minuteByItsPlace);
  });
}

/** With the words for before and after noon every hour counts to 12, without them to 24. */
function hoursFit(fields: readonly DateTimeField[]): boolean {
  return fields.includes('a')
    ? !fields.includes('HH') && !fields.includes('H')
    : !fields.includes('hh') && !fields.includes('h');
}

/** A fraction follows its second and a point. */
function millisecondsFit({ parts }: DateTimeFormat): boolean {
  const place = parts.findIndex((part) => part.type === 'field' && part.field === 'SSS');
  if (place < 0) return true;
  const [second, point] = parts.slice(Math.max(0, place - 2), place);
  return second?.type === 'field' && second.field === 'ss' && point?.type === 'separator' && point.text === '.';
}

/** A quote cannot stand between quotes, so each goes behind a backslash. */
function quoted(text: string): string {
  return text
    .split(/(")/)
    .map((piece) => (piece === '"' ? '\\"' : piece === '' ? '' : `"${piece}"`))
    .join('');
}
