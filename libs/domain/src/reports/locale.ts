/** Beyond language, script, region and variant, tags only carry what reports do not heed. */
const LONGEST_LOCALE = 50;

/** What is wrong with a report's locale, as the rest of a sentence, or null. */
export function localeFault(locale: string): string | null {
  if (locale.length > LONGEST_LOCALE) return `has more than ${LONGEST_LOCALE} characters`;
  try {
    // Throws for what is no tag of BCP 47.
    const supported = Intl.DateTimeFormat.supportedLocalesOf(locale);
    return supported.length > 0 ? null : 'is no language whose names and separators are known';
  } catch {
    return 'is not a language tag such as en, de-CH or pt-BR (BCP 47)';
  }
}
