import type { DataType } from './data-type';
import { parseDateTimeFormat, type DateTimeFormat } from './date-time-pattern';
import { parseDurationFormat, type DurationFormat } from './duration-pattern';
import { parseNumberFormat, type NumberFormat } from './number-pattern';
import { readable, unreadable, type FormatReading } from './format-reading';
import { textFault } from './values';

/** The words for true and false. */
export interface BooleanFormat {
  readonly type: 'boolean';
  readonly trueText: string;
  readonly falseText: string;
}

export type ValueFormat = NumberFormat | DateTimeFormat | DurationFormat | BooleanFormat;

const LONGEST_PATTERN = 100;

/** Reads the format of a report column, whose grammar `ReportColumn.format` describes. */
export function parseFormat(dataType: DataType, pattern: string): FormatReading<ValueFormat> {
  if (pattern.length > LONGEST_PATTERN) return unreadable(`A format has at most ${LONGEST_PATTERN} characters.`);
  switch (dataType) {
    case 'integer':
    case 'decimal':
    case 'currency':
    case 'percent':
      return parseNumberFormat(dataType, pattern);
    case 'date':
    case 'time':
    case 'timestamp':
      return parseDateTimeFormat(dataType, pattern);
    case 'duration':
      return parseDurationFormat(pattern);
    case 'boolean':
      return parseBooleanFormat(pattern);
    case 'string':
    case 'uuid':
    case 'json':
    case 'array':
      return unreadable(`A column of type ${dataType} has no formats: leave it out.`);
  }
}

function parseBooleanFormat(pattern: string): FormatReading<BooleanFormat> {
  const [trueText, falseText, ...more] = pattern.split('/');
  if (!trueText || !falseText || more.length > 0 || trueText === falseText) {
    return unreadable('A format of a boolean is two different words with a slash between, such as Yes/No.');
  }
  const fault = textFault(pattern);
  return fault === null ? readable({ type: 'boolean', trueText, falseText }) : unreadable(`The format ${fault}.`);
}
