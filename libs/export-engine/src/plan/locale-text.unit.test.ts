import { currencySymbol, dayPeriods, monthNames, numberSymbols, weekdayNames } from './locale-text';

it.each([
  ['en', '.', ','],
  ['de', ',', '.'],
  ['fr', ',', '\u202f'],
  ['es', ',', '.'],
  ['pl', ',', '\u00a0'],
  ['ar-EG', '.', ','],
  ['hi', '.', ','],
])('has the separators of %s, beside digits from 0 to 9', (locale, decimal, group) => {
  expect(numberSymbols(locale)).toEqual({ decimal, group });
});

it('has one character for each separator in every locale of the data', () => {
  for (const locale of Intl.NumberFormat.supportedLocalesOf(LANGUAGES)) {
    const { decimal, group } = numberSymbols(locale);
    expect([locale, Array.from(decimal).length, Array.from(group).length]).toEqual([locale, 1, 1]);
  }
});

it.each([
  ['en', 'November', 'Nov', 'November'],
  ['de', 'November', 'Nov.', 'November'],
  ['ru', 'ноября', 'нояб.', 'ноябрь'],
  ['fi', 'marraskuuta', 'marras', 'marraskuu'],
  ['ja', '11月', '11月', '11月'],
  ['th', 'พฤศจิกายน', 'พ.ย.', 'พฤศจิกายน'],
  ['fa-u-ca-persian', 'نوامبر', 'نوامبر', 'نوامبر'],
])('names the months in %s', (locale, long, short, alone) => {
  const eleventh = [
    monthNames(locale, 'long', true),
    monthNames(locale, 'short', true),
    monthNames(locale, 'long', false),
  ].map((names) => names[10]);
  expect(eleventh).toEqual([long, short, alone]);
});

it('has twelve months and seven days, no two of a name and none without', () => {
  for (const locale of Intl.DateTimeFormat.supportedLocalesOf(LANGUAGES)) {
    const whole = [...monthNames(locale, 'long', true), ...weekdayNames(locale, 'long')];
    expect([locale, new Set(whole).size, whole.includes('')]).toEqual([locale, 19, false]);
  }
});

it('begins the week on Monday', () => {
  expect(weekdayNames('de', 'long').at(0)).toBe('Montag');
  expect(weekdayNames('en', 'short')).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
});

it.each([
  ['en', ['AM', 'PM']],
  ['en-GB', ['am', 'pm']],
  ['ja', ['午前', '午後']],
  ['zh-TW', ['上午', '下午']],
])('has the halves of the day in %s', (locale, words) => {
  expect(dayPeriods(locale)).toEqual(words);
});

it('has the signs of currencies', () => {
  expect(['en', 'de', 'es'].map((locale) => currencySymbol(locale, 'USD'))).toEqual(['$', '$', 'US$']);
  expect(['en', 'pl', 'ja'].map((locale) => currencySymbol(locale, 'PLN'))).toEqual(['PLN', 'zł', 'PLN']);
});

const LANGUAGES = (
  'af am ar ar-EG as az be bg bn bs ca cs cy da de de-AT de-CH el en en-GB en-IN es es-MX et eu fa fi fil fr fr-CA ga gl gu he hi hr hu ' +
  'hy id is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl or pa pl ps pt pt-PT ro ru sd si sk sl sq sr sr-Latn sv sw ta ' +
  'te th tk tr uk ur uz vi zh zh-HK zh-TW zu'
).split(' ');
