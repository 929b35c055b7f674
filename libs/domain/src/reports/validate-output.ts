import type { CsvOptions, OutputOptions, XlsxOptions } from './output-options';
import type { DefinitionProblem } from './definition-problem';
import { textFault } from './values';

/** Ten years. */
const MOST_RETENTION_MINUTES = 5_259_600;
const LONGEST_SHEET_NAME = 31;
const LONGEST_NULL_TEXT = 100;

/** Everything that is wrong with a template's output options. */
export function validateOutput(output: OutputOptions): DefinitionProblem[] {
  return [...formatProblems(output), ...retentionProblems(output.retentionMinutes)];
}

function formatProblems(output: OutputOptions): DefinitionProblem[] {
  switch (output.format) {
    case 'csv':
      return csvProblems(output);
    case 'xlsx':
      return sheetNameProblems(output);
    case 'jsonl':
    case 'parquet':
      return [];
  }
}

function csvProblems(output: CsvOptions): DefinitionProblem[] {
  return [...nullTextProblems(output), ...byteOrderMarkProblems(output)];
}

function byteOrderMarkProblems({ encoding, byteOrderMark }: CsvOptions): DefinitionProblem[] {
  return byteOrderMark && encoding === 'windows-1252'
    ? [invalid('/output/byteOrderMark', 'Only the encodings of Unicode have a byte order mark; windows-1252 is none.')]
    : [];
}

function nullTextProblems({ delimiter, nullText }: CsvOptions): DefinitionProblem[] {
  const fault = textFault(nullText);
  if (fault !== null) return [invalid('/output/nullText', `The text for NULL ${fault}.`)];
  if (nullText.length > LONGEST_NULL_TEXT) {
    return [invalid('/output/nullText', `The text for NULL has at most ${LONGEST_NULL_TEXT} characters.`)];
  }
  // Such a text would have to be quoted, and could then not be told from the same text in a column.
  return /["\r\n]/.test(nullText) || nullText.includes(delimiter)
    ? [invalid('/output/nullText', 'The text for NULL contains no quote, no line break and not the delimiter.')]
    : [];
}

/** What Excel takes as the name of a sheet. */
function sheetNameProblems({ sheetName }: XlsxOptions): DefinitionProblem[] {
  const pointer = '/output/sheetName';
  const fault = textFault(sheetName);
  if (fault !== null) return [invalid(pointer, `The sheet's name ${fault}.`)];
  if (sheetName.trim() === '' || sheetName.length > LONGEST_SHEET_NAME) {
    return [invalid(pointer, `The sheet's name has 1 to ${LONGEST_SHEET_NAME} characters.`)];
  }
  if (/[[\]:*?/\\\p{Cc}]/u.test(sheetName)) {
    return [invalid(pointer, "The sheet's name contains none of [ ] : * ? / \\ and no control character.")];
  }
  if (sheetName.startsWith("'") || sheetName.endsWith("'")) {
    return [invalid(pointer, "The sheet's name neither begins nor ends with an apostrophe.")];
  }
  return sheetName.toLowerCase() === 'history'
    ? [invalid(pointer, 'Excel keeps the name "History" for itself. Choose another.')]
    : [];
}

function retentionProblems(minutes: number | null): DefinitionProblem[] {
  if (minutes === null || (Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_RETENTION_MINUTES)) return [];
  const message = `The retention is a whole number of minutes from 1 to ${MOST_RETENTION_MINUTES}, or null.`;
  return [invalid('/output/retentionMinutes', message)];
}

function invalid(pointer: string, message: string): DefinitionProblem {
  return { code: 'output.invalid', pointer, message };
}
