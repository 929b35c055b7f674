/**
 * First characters by which spreadsheets take text for a formula: `=`, `+`, `-`, `@`, tab, line feed, carriage return, and
 * the full-width forms of the first four.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export const FORMULA_STARTS: readonly number[] = [
  0x3d, 0x2b, 0x2d, 0x40, 0x09, 0x0a, 0x0d, 0xff1d, 0xff0b, 0xff0d, 0xff20,
];

/** The text with an apostrophe before it if a spreadsheet would take it for a formula. */
export function neutralised(text: string): string {
  return FORMULA_STARTS.includes(text.codePointAt(0) ?? 0) ? `'${text}` : text;
}
