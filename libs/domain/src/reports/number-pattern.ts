import type { DataType } from './data-type';
import { readable, unreadable, type FormatReading } from './format-reading';

/** How a number is written: `#,##0.00` has one integer digit at least, two decimals, and groups of three. */
export interface NumberFormat {
  readonly type: 'number';
  readonly minIntegerDigits: number;
  readonly minFractionDigits: number;
  readonly maxFractionDigits: number;
  readonly grouping: Grouping;
  /** What stands before the digits, after the sign of a negative number. */
  readonly prefix: readonly NumberAffix[];
  /** What stands after the digits. */
  readonly suffix: readonly NumberAffix[];
}

/** `thousands`: groups of three digits (`#,##0`); `lakhs`: of two, but for the last three (`#,##,##0`), as in India. */
export type Grouping = 'none' | 'thousands' | 'lakhs';

export type NumberAffix =
  | { readonly type: 'percent' }
  /** ISO 4217 code, written as the locale's symbol for it or as the code. */
  | { readonly type: 'currency'; readonly code: string; readonly as: 'symbol' | 'code' }
  /** An ordinary or a no-break space. */
  | { readonly type: 'space'; readonly text: string };

const MOST_FRACTION_DIGITS = 20;
const MOST_INTEGER_DIGITS = 20;

/** Digits, and what may stand around them. */
const AROUND_DIGITS = /^(?<before>[^#0,.]*)(?<digits>[#0,.]*)(?<after>[^#0,.]*)$/;
const DIGITS =
  /^(?<whole>[#0]+|[#0]{1,3}(?:,[#0]{3})+|(?<lakhs>[#0]{1,2}(?:,[#0]{2})+,[#0]{3}))(?:\.(?<fraction>0+#*|#+))?$/;

/**
 * Reads a number pattern of Unicode TR35 (part 3, 3.2). A percent has one `%`, and a currency at most one `¤` (its symbol) or
 * `¤¤` (its code), which its ISO 4217 code follows, since a pattern of a report has to say which currency it is.
 *
 * @see https://www.unicode.org/reports/tr35/tr35-numbers.html#Number_Format_Patterns
 */
export function parseNumberFormat(
  dataType: Extract<DataType, 'integer' | 'decimal' | 'currency' | 'percent'>,
  pattern: string,
): FormatReading<NumberFormat> {
  const { before = '', digits = '', after = '' } = AROUND_DIGITS.exec(pattern)?.groups ?? {};
  const { whole = '', fraction = '', lakhs } = DIGITS.exec(digits)?.groups ?? {};
  const places = whole.replaceAll(',', '');
  const prefix = readAffix(before);
  const suffix = readAffix(after);
  if (
    !/^(?!$)#*0*$/.test(places) ||
    prefix === null ||
    suffix === null ||
    !affixesFit(dataType, [...prefix, ...suffix])
  ) {
    return unreadable(EXPECTED[dataType]);
  }
  if (fraction.length > MOST_FRACTION_DIGITS || places.length > MOST_INTEGER_DIGITS) {
    return unreadable(
      `A number format has at most ${MOST_INTEGER_DIGITS} digits before the point and ${MOST_FRACTION_DIGITS} after it.`,
    );
  }
  const unknown = [...prefix, ...suffix].find((affix) => affix.type === 'currency' && !isCurrency(affix.code));
  if (unknown?.type === 'currency')
    return unreadable(`"${unknown.code}" is no currency code of ISO 4217, such as EUR or USD.`);
  return readable({
    type: 'number',
    minIntegerDigits: places.replaceAll('#', '').length,
    minFractionDigits: fraction.replaceAll('#', '').length,
    maxFractionDigits: fraction.length,
    grouping: lakhs !== undefined ? 'lakhs' : whole.includes(',') ? 'thousands' : 'none',
    prefix,
    suffix,
  });
}

const PLAIN = 'A number format is a pattern of 0, #, comma and point such as 0, 0.00, #,##0 or #,##0.00.';
const EXPECTED = {
  integer: PLAIN,
  decimal: PLAIN,
  currency:
    'A currency format is a number format with ¤ and a currency code at one end, such as #,##0.00 ¤EUR or ¤USD#,##0.00.',
  percent: 'A percent format is a number format with % at one end, such as 0%, 0.0 % or #,##0.00%.',
} as const;

function affixesFit(dataType: keyof typeof EXPECTED, affixes: readonly NumberAffix[]): boolean {
  const [sign, ...more] = affixes.filter(({ type }) => type !== 'space');
  switch (dataType) {
    case 'integer':
    case 'decimal':
      return affixes.length === 0;
    case 'currency':
      return sign === undefined ? affixes.length === 0 : sign.type === 'currency' && more.length === 0;
    case 'percent':
      return sign?.type === 'percent' && more.length === 0;
  }
}

function readAffix(text: string): NumberAffix[] | null {
  const pieces = text.match(/%|¤¤?[A-Z]{3}|[ \u00a0]/g) ?? [];
  if (pieces.join('') !== text) return null;
  return pieces.map((piece) => {
    if (piece === '%') return { type: 'percent' };
    if (!piece.startsWith('¤')) return { type: 'space', text: piece };
    return { type: 'currency', code: piece.slice(-3), as: piece.startsWith('¤¤') ? 'code' : 'symbol' };
  });
}

function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code);
}
