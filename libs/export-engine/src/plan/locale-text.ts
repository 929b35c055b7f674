/**
 * What a locale writes differently, from the Unicode CLDR data that Node carries. Digits are always 0 to 9 and the calendar is
 * the Gregorian one, whatever the locale prefers: files are read by programs too.
 */
const NUMBERS = { numberingSystem: 'latn', useGrouping: 'always' } as const;
const DATES = { calendar: 'gregory', numberingSystem: 'latn', timeZone: 'UTC' } as const;

/** The characters between whole and fraction, and between groups of digits. */
export interface NumberSymbols {
  readonly decimal: string;
  readonly group: string;
}

export function numberSymbols(locale: string): NumberSymbols {
  const parts = new Intl.NumberFormat(locale, { ...NUMBERS, minimumFractionDigits: 1 }).formatToParts(1_234_567.5);
  const symbol = (type: 'decimal' | 'group'): string => parts.find((part) => part.type === type)?.value ?? '';
  return { decimal: symbol('decimal'), group: symbol('group') };
}

/** What the locale calls a currency of ISO 4217 in short: `€`, `US$`; the code where it has no symbol. */
export function currencySymbol(locale: string, code: string): string {
  const parts = new Intl.NumberFormat(locale, { style: 'currency', currency: code }).formatToParts(0);
  return parts.find((part) => part.type === 'currency')?.value ?? code;
}

/** January to December. Many languages have one form beside a day and another by itself: 5 ноября, ноябрь. */
export function monthNames(locale: string, length: 'long' | 'short', besideDay: boolean): string[] {
  const standalone = new Intl.DateTimeFormat(locale, { ...DATES, month: length });
  const inDate = new Intl.DateTimeFormat(locale, { ...DATES, month: length, day: 'numeric' });
  return Array.from({ length: 12 }, (_, month) => {
    const day = Date.UTC(2026, month, 15);
    const names = [...(besideDay ? [partOf(inDate, 'month', day)] : []), partOf(standalone, 'month', day)];
    // Some locales put a number into their own dates; a name was asked for, which in Japanese is the number with its 月.
    return names.find((name) => /\p{L}/u.test(name)) ?? standalone.format(day);
  });
}

/** Monday to Sunday. */
export function weekdayNames(locale: string, length: 'long' | 'short'): string[] {
  const format = new Intl.DateTimeFormat(locale, { ...DATES, weekday: length });
  const monday = 5;
  return Array.from({ length: 7 }, (_, day) => partOf(format, 'weekday', Date.UTC(2026, 0, monday + day)));
}

/** The words for before and after noon. */
export function dayPeriods(locale: string): [beforeNoon: string, afterNoon: string] {
  const format = new Intl.DateTimeFormat(locale, { ...DATES, hour: 'numeric', hourCycle: 'h12' });
  // At these hours languages with more than two words for times of day use the two that are asked for.
  return [partOf(format, 'dayPeriod', Date.UTC(2026, 0, 1, 10)), partOf(format, 'dayPeriod', Date.UTC(2026, 0, 1, 15))];
}

function partOf(format: Intl.DateTimeFormat, type: Intl.DateTimeFormatPartTypes, at: number): string {
  return format.formatToParts(at).find((part) => part.type === type)?.value ?? '';
}
