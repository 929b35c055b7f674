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
