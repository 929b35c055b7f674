import { spreadsheetLanguage } from './spreadsheet-language';

it.each([
  ['en', '409'],
  ['en-GB', '809'],
  ['de-AT', 'C07'],
  ['DE-de-u-nu-arab', '407'],
  ['pt', '416'],
  ['pt-PT', '816'],
  ['es', 'C0A'],
  ['zh', '804'],
  ['zh-Hant', '404'],
  ['sr', '281A'],
  ['sr-Latn', '241A'],
  ['no', '414'],
  ['es-CO', '240A'],
  ['ne', '461'],
  ['ar-SA', 'C01'],
])('has a code for %s', (locale, code) => {
  expect(spreadsheetLanguage(locale)).toBe(code);
});

it('falls back on the home of a language', () => {
  expect(['de-BE', 'en-001', 'zh-Hant-MY'].map(spreadsheetLanguage)).toEqual(['407', '409', '404']);
});

it.each(['eo', 'th', 'fa', 'fil', 'tlh'])('has none for %s', (locale) => {
  expect(spreadsheetLanguage(locale)).toBeNull();
});
