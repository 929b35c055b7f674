/** Longest text of a cell, in UTF-16 code units. @see https://support.microsoft.com/office/excel-specifications-and-limits */
export const LONGEST_CELL_TEXT = 32_767;

/** Excel keeps so many digits of a number. */
export const SIGNIFICANT_DIGITS = 15;

/**
 * The number of a text, or null where it has to stay text so that no digit is lost: whole numbers of more than 15 digits,
 * decimals whose digits a double does not give back, `NaN` and infinities. What has an exponent comes from a floating-point
 * column and is a double already.
 */
export function numberOf(text: string): number | null {
  const isWhole = !text.includes('.') && !text.includes('e');
  if (isWhole && significantDigits(text) > SIGNIFICANT_DIGITS) return null;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) return null;
  if (isWhole || text.includes('e') || significantDigits(text) <= SIGNIFICANT_DIGITS) return value;
  const plain = withoutTrailingZeros(text);
  return plain.includes('.') && String(value) === plain ? value : null;
}

/** Digits from the first that is not zero to the last, or to the last that is not zero behind a point. */
function significantDigits(text: string): number {
  let count = 0;
  for (const character of withoutTrailingZeros(text)) {
    if (character >= '0' && character <= '9' && (count > 0 || character !== '0')) count++;
  }
  return count;
}

/** `12.500` → `12.5`, `12.000` → `12`, `1200` as it is. */
function withoutTrailingZeros(text: string): string {
  if (!text.includes('.')) return text;
  let end = text.length;
  while (text[end - 1] === '0') end--;
  return text.slice(0, text[end - 1] === '.' ? end - 1 : end);
}

const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/**
 * Text without the characters that XML 1.0 (2.2) forbids or discourages; line ends become LF, as Excel writes them, and half
 * of a surrogate pair becomes U+FFFD. Not yet escaped.
 */
export function printable(text: string): string {
  const whole = text.toWellFormed();
  return UNPRINTABLE.test(whole) ? whole.replace(/\r\n?/g, '\n').replace(new RegExp(UNPRINTABLE, 'g'), '') : whole;
}

/** The text as far as a cell holds it, ending between characters. */
export function cutToCell(text: string): string {
  if (text.length <= LONGEST_CELL_TEXT) return text;
  const end = text.charCodeAt(LONGEST_CELL_TEXT - 1);
  // Half of a surrogate pair is no character.
  return text.slice(0, end >= 0xd800 && end < 0xdc00 ? LONGEST_CELL_TEXT - 1 : LONGEST_CELL_TEXT);
}

const XML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as XML has it between double quotes. */
export function xmlAttribute(text: string): string {
  return text.replace(/[&<>"]/g, (character) => XML_ESCAPES[character] ?? character);
}

/**
 * The XML of a cell's text. What looks like an escape of ST_Xstring (ECMA-376 part 1, 22.9.2.19) gets its own underscore escaped, so
 * that no reader takes it for one.
 */
export function cellXml(text: string): string {
  const literal = text.includes('_x') ? text.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_') : text;
  return literal.replace(/[&<>]/g, (character) => XML_ESCAPES[character] ?? character);
}
