import type { DataType } from './data-type';
import { textFault } from './values';

/** How a number is written: `#,##0.00` has one integer digit at least, two decimals, and groups of three. */
export interface NumberFormat {
  readonly type: 'number';
  readonly minIntegerDigits: number;
  readonly minFractionDigits: number;
  readonly maxFractionDigits: number;
  /** A comma between groups of three digits. */
  readonly grouping: boolean;
}

/** Year of four digits; month, day, hour (0 to 23), minute and second of two. */
export const DATE_TIME_FIELDS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'] as const;
export type DateTimeField = (typeof DATE_TIME_FIELDS)[number];

export type DateTimePart =
  | { readonly type: 'field'; readonly field: DateTimeField }
  /** Written as it is. */
  | { readonly type: 'separator'; readonly text: string };

/** How a date, time or timestamp is written: its parts in order. Each field comes at most once. */
export interface DateTimeFormat {
  readonly type: 'datetime';
  readonly parts: readonly DateTimePart[];
}

/** The words for true and false. */
export interface BooleanFormat {
  readonly type: 'boolean';
  readonly trueText: string;
  readonly falseText: string;
}

export type ValueFormat = NumberFormat | DateTimeFormat | BooleanFormat;

export type FormatReading =
  { readonly ok: true; readonly format: ValueFormat } | { readonly ok: false; readonly problem: string };

const LONGEST_PATTERN = 100;
const MOST_FRACTION_DIGITS = 20;
const MOST_INTEGER_DIGITS = 20;

const FIELDS_BY_TYPE = {
  date: ['yyyy', 'MM', 'dd'],
  time: ['HH', 'mm', 'ss'],
  timestamp: DATE_TIME_FIELDS,
} as const satisfies Partial<Record<DataType, readonly DateTimeField[]>>;

/** Reads the format of a report column, whose grammar `ReportColumn.format` describes. A problem is a whole sentence. */
export function parseFormat(dataType: DataType, pattern: string): FormatReading {
  if (pattern.length > LONGEST_PATTERN) return bad(`A format has at most ${LONGEST_PATTERN} characters.`);
  switch (dataType) {
    case 'integer':
    case 'decimal':
      return parseNumberFormat(pattern);
    case 'date':
    case 'time':
    case 'timestamp':
      return parseDateTimeFormat(pattern, FIELDS_BY_TYPE[dataType]);
    case 'boolean':
      return parseBooleanFormat(pattern);
    case 'string':
    case 'uuid':
    case 'json':
      return bad(`A column of type ${dataType} has no formats: leave it out.`);
  }
}

function parseNumberFormat(pattern: string): FormatReading {
  const match = /^([#0]+|[#0]{1,3}(?:,[#0]{3})+)(?:\.(0*#*))?$/.exec(pattern);
  const whole = match?.[1] ?? '';
  const fraction = match?.[2] ?? '';
  const digits = whole.replaceAll(',', '');
  const sound = match !== null && /^#*0*$/.test(digits) && !pattern.endsWith('.');
  if (!sound) return bad('A number format is a pattern of 0, #, comma and point such as 0, 0.00, #,##0 or #,##0.00.');
  if (fraction.length > MOST_FRACTION_DIGITS || digits.length > MOST_INTEGER_DIGITS) {
    return bad(
      `A number format has at most ${MOST_INTEGER_DIGITS} digits before the point and ${MOST_FRACTION_DIGITS} after it.`,
    );
  }
  return good({
    type: 'number',
    minIntegerDigits: digits.replaceAll('#', '').length,
    minFractionDigits: fraction.replaceAll('#', '').length,
    maxFractionDigits: fraction.length,
    grouping: whole.includes(','),
  });
}

function parseDateTimeFormat(pattern: string, allowed: readonly DateTimeField[]): FormatReading {
  const parts: DateTimePart[] = [];
  const seen = new Set<DateTimeField>();
  for (const [text] of pattern.matchAll(/[A-Za-z]+|[^A-Za-z]+/g)) {
    // Letters run together (yyyyMMdd, ddTHH) are fields and a T between a date and a time.
    const pieces = /^[A-Za-z]/.test(text) ? splitLetters(text) : separators(text);
    if (pieces === null) {
      return bad(
        `"${text}" is no part of a format: use ${allowed.join(', ')} and the separators - / . : , space and T.`,
      );
    }
    for (const piece of pieces) {
      if (piece.type === 'field') {
        if (!allowed.includes(piece.field)) return bad(`This type has no ${piece.field}: use ${allowed.join(', ')}.`);
        if (seen.has(piece.field)) return bad(`The format names ${piece.field} twice.`);
        seen.add(piece.field);
      }
      parts.push(piece);
    }
  }
  return seen.size === 0
    ? bad(`The format names no part of the value: use ${allowed.join(', ')}.`)
    : good({ type: 'datetime', parts });
}

function splitLetters(text: string): DateTimePart[] | null {
  const pieces = text.match(/yyyy|MM|dd|HH|mm|ss|T/g) ?? [];
  if (pieces.join('') !== text) return null;
  return pieces.map((piece) =>
    piece === 'T' ? { type: 'separator', text: piece } : { type: 'field', field: piece as DateTimeField },
  );
}

function separators(text: string): DateTimePart[] | null {
  return /^[-/.:, ]+$/.test(text) ? [{ type: 'separator', text }] : null;
}

function parseBooleanFormat(pattern: string): FormatReading {
  const [trueText, falseText, ...more] = pattern.split('/');
  if (!trueText || !falseText || more.length > 0 || trueText === falseText) {
    return bad('A format of a boolean is two different words with a slash between, such as Yes/No.');
  }
  const fault = textFault(pattern);
  return fault === null ? good({ type: 'boolean', trueText, falseText }) : bad(`The format ${fault}.`);
}

function good(format: ValueFormat): FormatReading {
  return { ok: true, format };
}

function bad(problem: string): FormatReading {
  return { ok: false, problem };
}
