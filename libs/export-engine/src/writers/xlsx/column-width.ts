/** Characters of the narrowest and the widest column that a header or a format makes. */
const NARROWEST = 12;
const WIDEST = 60;
/** Room beside the text, as Excel leaves it. */
const PADDING = 2;
/** Characters of the integer part that a formatted number gets, separators included: a million in hundredths. */
const INTEGER_ROOM = 9;

/**
 * Width of a column in characters, wide enough that numbers and dates are not shown as `###`, which happens to them alone: text
 * runs over or is cut.
 *
 * @param numberFormat code of the cells' format (ECMA-376 part 1, 18.8.31), or null for the general one
 */
export function columnWidth(header: string, numberFormat: string | null): number {
  const widest = Math.max(header.length, numberFormat === null ? 0 : formattedLength(numberFormat)) + PADDING;
  return Math.min(Math.max(widest, NARROWEST), WIDEST);
}

/** About as long as the longest common value written after the code. */
function formattedLength(code: string): number {
  const [first = ''] = code.split(';');
  // A language and a currency, `[$€-407]`, show the symbol alone; what else stands in brackets, save hours, shows nothing.
  const shown = first.replace(/\[\$([^\]-]*)(?:-[^\]]*)?\]/g, '$1').replace(/["\\_*]/g, '');
  if (/[ymdhs]/i.test(shown)) {
    return shown
      .replace(/\[(h+|m+|s+)\]/gi, 'hhhhhh')
      .replace(/m{4,5}|d{4}/gi, 'September')
      .replace(/AM\/PM/gi, 'AM').length;
  }
  const integerDigits = /[#0,]+/.exec(shown)?.[0].length ?? 0;
  return shown.length - integerDigits + Math.max(integerDigits, INTEGER_ROOM);
}
