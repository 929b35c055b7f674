import fc from 'fast-check';
import { namePattern } from './file-names';
import { fileOf, parcelOf } from './testing';
import { thrownBy } from './testing/thrown';

const named = (pattern: string, names: readonly string[], more = {}): string[] =>
  namePattern(pattern).namesFor(
    parcelOf(
      names.map((name) => fileOf(name, 'x')),
      more,
    ),
  );

it('fills a pattern', () => {
  const more = { templateName: 'Sales', jobId: 'job-1', deliveryId: 'd-1' };
  expect(named('{reportDate}/{template} {jobId} {deliveryId}/{file}', ['a.csv', 'b.csv'], more)).toEqual([
    '2026-11-26/Sales job-1 d-1/a.csv',
    '2026-11-26/Sales job-1 d-1/b.csv',
  ]);
});

it.each([
  ['../../etc/passwd', '.._.._etc_passwd'],
  ['/etc/passwd', '_etc_passwd'],
  ['..\\x', '.._x'],
  ['a\u0000b\nc\u202e', 'a_b_c_'],
  ['Zu\u0308rich', 'Z\u00fcrich'],
  ['{template}', '{template}'],
  ['東京 $& $1.csv', '東京 $& $1.csv'],
  ['\ud800', '\ufffd'],
])('makes a name of %j', (name, expected) => {
  expect(named('{file}', [name])).toEqual([expected]);
});

it.each(['', ' ', '.', '..', 'x'.repeat(256), 'é'.repeat(128)])('has no name for %j', (name) => {
  expect(thrownBy(() => named('{file}', [name]))).toMatchObject({ code: 'delivery.name_invalid', transient: false });
});

it('never leaves its folder, whatever things are called', () => {
  const hostile = fc
    .array(fc.constantFrom('.', '/', '\\', 'a', '{file}', '\u0000', '\u2028', ' '), { maxLength: 8 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(hostile, hostile, (file, templateName) => {
      let name = '';
      try {
        [name = ''] = named('in/{template}/{file}', [file], { templateName });
      } catch {
        return;
      }
      const parts = name.split('/');
      expect(parts).toHaveLength(3);
      for (const part of parts) expect(['', '.', '..']).not.toContain(part.trim());
    }),
  );
});

it('gives no name twice', () => {
  expect(thrownBy(() => named('{file}', ['a/b', 'a\\b']))).toMatchObject({ code: 'delivery.name_invalid' });
});

it.each([
  'report.csv',
  '{file',
  '{file}{user}',
  '/{file}',
  '{file}/',
  'a//{file}',
  '../{file}',
  './{file}',
  'a\\{file}',
  'a\n{file}',
  '',
])('refuses the pattern %j', (pattern) => {
  expect(thrownBy(() => namePattern(pattern))).toMatchObject({ code: 'delivery.options_invalid' });
});
