import { localeFault } from './locale';

it.each(['en', 'de-CH', 'pt-BR', 'zh-Hant-TW', 'sr-Latn', 'EN-us', 'ar-EG-u-nu-latn', 'de-XX'])(
  'takes %s',
  (locale) => {
    expect(localeFault(locale)).toBeNull();
  },
);

it.each([
  ['', /is not a language tag/],
  ['de_DE', /is not a language tag/],
  ['english', /is no language/],
  ['e', /is not a language tag/],
  ["en'; --", /is not a language tag/],
  ['de\u0000', /is not a language tag/],
  ['\ud83d', /is not a language tag/],
  ['tlh', /is no language/],
  [`en-x-${'a'.repeat(46)}`, /more than 50/],
])('refuses %j', (locale, fault) => {
  expect(localeFault(locale)).toMatch(fault);
});
