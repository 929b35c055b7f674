import type { DataType } from './data-type';
import { readable, unreadable, type FormatReading } from './format-reading';
import { textFault } from './values';

/**
 * Fields of Unicode TR35 (part 4, 8). Year of four or two digits; month of two digits or as it comes, as a name beside a day
 * (`MMMM`, `MMM`) and by itself (`LLLL`, `LLL`); day likewise; weekday, whole and short; hour 0 to 23 (`H`) and 1 to 12 (`h`),
 * minute, second, milliseconds, and the words for before and after noon.
 *
 * @see https://www.unicode.org/reports/tr35/tr35-dates.html#Date_Format_Patterns
 */
export const DATE_FIELDS = ['yyyy', 'yy', 'MMMM', 'MMM', 'MM', 'M', 'LLLL', 'LLL', 'dd', 'd', 'EEEE', 'EEE'] as const;
export const TIME_FIELDS = ['HH', 'H', 'hh', 'h', 'mm', 'ss', 'SSS', 'a'] as const;
export const DATE_TIME_FIELDS = [...DATE_FIELDS, ...TIME_FIELDS] as const;
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

const FIELDS_BY_TYPE = {
  date: DATE_FIELDS,
  time: TIME_FIELDS,
  timestamp: DATE_TIME_FIELDS,
} as const satisfies Partial<Record<DataType, readonly DateTimeField[]>>;

/** A quoted text, one letter repeated, or a text that needs no quotes. What is left over is a quote without its other. */
const PIECES = /'(?<quoted>(?:[^']|'')*)'|(?<letters>([A-Za-z])\3*)|(?<plain>[^A-Za-z']+)|'/g;
/** Whatever is no ASCII, such as 年, needs no quotes. */
const PLAIN_SEPARATOR = /^(?:[-/.:,() ]|[^\p{ASCII}])+$/u;

/** Reads a date and time pattern. A `T` stands for itself, unlike in TR35, so that `yyyy-MM-ddTHH:mm` is one. */
export function parseDateTimeFormat(
  dataType: keyof typeof FIELDS_BY_TYPE,
  pattern: string,
): FormatReading<DateTimeFormat> {
  const fault = textFault(pattern);
  if (fault !== null) return unreadable(`The format ${fault}.`);
  if (/\p{Cc}/u.test(pattern)) return unreadable('The format contains a control character.');
  const allowed: readonly string[] = FIELDS_BY_TYPE[dataType];
  const parts: DateTimePart[] = [];
  const seen = new Set<string>();
  for (const { 0: piece, groups = {} } of pattern.matchAll(PIECES)) {
    const { quoted, letters, plain } = groups;
    if (letters !== undefined && !/^T+$/.test(letters)) {
      if (!isField(letters)) return unreadable(unknownPiece(letters, allowed));
      if (!allowed.includes(letters)) return unreadable(`This type has no ${letters}: use ${allowed.join(', ')}.`);
      if (seen.has(letters)) return unreadable(`The format names ${letters} twice.`);
      seen.add(letters);
      parts.push({ type: 'field', field: letters });
    } else if (quoted !== undefined) {
      // Two quotes are one, inside quotes and outside.
      parts.push({ type: 'separator', text: quoted === '' ? "'" : quoted.replaceAll("''", "'") });
    } else if (letters !== undefined || (plain !== undefined && PLAIN_SEPARATOR.test(plain))) {
      parts.push({ type: 'separator', text: piece });
    } else {
      return unreadable(piece === "'" ? "The format has a ' without its other." : unknownPiece(piece, allowed));
    }
  }
  return seen.size === 0
    ? unreadable(`The format names no part of the value: use ${allowed.join(', ')}.`)
    : readable({ type: 'datetime', parts });
}

function isField(letters: string): letters is DateTimeField {
  return (DATE_TIME_FIELDS as readonly string[]).includes(letters);
}

function unknownPiece(piece: string, allowed: readonly string[]): string {
  return (
    `"${piece}" is no part of a format: use ${allowed.join(', ')}, ` +
    "the separators - / . : , ( ) space and T, and other text between quotes: 'at'."
  );
}
