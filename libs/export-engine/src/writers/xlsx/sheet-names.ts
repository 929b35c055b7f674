/** Excel takes no longer names, in UTF-16 code units. */
const LONGEST_SHEET_NAME = 31;

/**
 * A name for one more sheet: `Report (2)` where `Report` is taken. Excel compares names without regard to case. A long name
 * is cut before the number, between characters.
 *
 * @param base a name that Excel takes
 */
export function nextSheetName(base: string, taken: readonly string[]): string {
  const known = new Set(taken.map((name) => name.toLowerCase()));
  if (!known.has(base.toLowerCase())) return base;
  for (let number = 2; ; number++) {
    const ending = ` (${number})`;
    const name = base.slice(0, LONGEST_SHEET_NAME - ending.length).replace(/[\ud800-\udbff]$/, '') + ending;
    if (!known.has(name.toLowerCase())) return name;
  }
}

/**
 * A value as the name of a sheet: what Excel takes no name with becomes `_` or goes away, and a long one is cut between characters.
 *
 * @param value null for NULL; that and a blank one are `(empty)`
 * @see https://support.microsoft.com/en-us/office/rename-a-worksheet-3f1f7148-ee83-404d-8ef0-9ff99fbad1f9
 */
export function sheetNameOf(value: string | null): string {
  const clean = Buffer.from(value ?? '')
    .toString()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff]/gu, ' ')
    .replace(/[[\]:*?/\\]/g, '_')
    .replace(/\s+/g, ' ')
    .trim();
  const name = clean
    .slice(0, LONGEST_SHEET_NAME)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^'|'$/g, '_');
  if (name === '') return '(empty)';
  return name.toLowerCase() === 'history' ? `${name}_` : name;
}
