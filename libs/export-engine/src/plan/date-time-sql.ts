import { joinStatements, sql, type Statement } from '#data-sources';
import type { DateTimeField, DateTimeFormat } from '#domain';
import { dayPeriods, monthNames, weekdayNames } from './locale-text';

/** Fields that have words, which the database does not know in the locale. */
const NAMED_FIELDS = ['MMMM', 'MMM', 'LLLL', 'LLL', 'EEEE', 'EEE', 'a'] as const satisfies DateTimeField[];
type NamedField = (typeof NAMED_FIELDS)[number];

/** @see https://www.postgresql.org/docs/current/functions-formatting.html#FUNCTIONS-FORMATTING-DATETIME-TABLE */
const TO_CHAR_FIELDS: Readonly<Record<Exclude<DateTimeField, NamedField>, string>> = {
  yyyy: 'YYYY',
  yy: 'YY',
  MM: 'MM',
  M: 'FMMM',
  dd: 'DD',
  d: 'FMDD',
  HH: 'HH24',
  H: 'FMHH24',
  hh: 'HH12',
  h: 'FMHH12',
  mm: 'MI',
  ss: 'SS',
  SSS: 'MS',
};

/**
 * A date or time written after a format, in SQL; NULL and the infinities give NULL.
 *
 * @param value a timestamp, or an interval for a time of day
 */
export function dateTimeSql(value: Statement, format: DateTimeFormat, locale: string): Statement {
  const pieces: Statement[] = [];
  let pattern = '';
  const flush = (): void => {
    if (pattern !== '') pieces.push(sql`to_char(${value}, ${pattern})`);
    pattern = '';
  };
  for (const part of format.parts) {
    if (part.type === 'separator') {
      pattern += toCharText(part.text);
    } else if (isNamed(part.field)) {
      flush();
      pieces.push(nameSql(value, part.field, locale));
    } else {
      pattern += TO_CHAR_FIELDS[part.field];
    }
  }
  flush();
  return joinStatements(pieces, ' || ');
}

/** Quoted, only a backslash and a quote mean something to `to_char`. */
function toCharText(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function isNamed(field: DateTimeField): field is NamedField {
  return (NAMED_FIELDS as readonly string[]).includes(field);
}

function nameSql(value: Statement, field: NamedField, locale: string): Statement {
  switch (field) {
    case 'MMMM':
      return oneOf(monthNames(locale, 'long', true), sql`extract(month FROM ${value})::int`);
    case 'MMM':
      return oneOf(monthNames(locale, 'short', true), sql`extract(month FROM ${value})::int`);
    case 'LLLL':
      return oneOf(monthNames(locale, 'long', false), sql`extract(month FROM ${value})::int`);
    case 'LLL':
      return oneOf(monthNames(locale, 'short', false), sql`extract(month FROM ${value})::int`);
    case 'EEEE':
      return oneOf(weekdayNames(locale, 'long'), sql`extract(isodow FROM ${value})::int`);
    case 'EEE':
      return oneOf(weekdayNames(locale, 'short'), sql`extract(isodow FROM ${value})::int`);
    case 'a':
      // The end of the day may be told as 24:00, which is before noon again.
      return oneOf(dayPeriods(locale), sql`extract(hour FROM ${value})::int / 12 % 2 + 1`);
  }
}

/** The word at a place, counted from 1. */
function oneOf(words: readonly string[], place: Statement): Statement {
  const array = joinStatements(
    words.map((word) => sql`${word}`),
    ', ',
  );
  return sql`(ARRAY[${array}])[${place}]`;
}
