import type { DataType } from './data-type';
import { DATE_FIELDS, TIME_FIELDS } from './date-time-pattern';
import { parseFormat } from './format-pattern';

const field = (name: string) => ({ type: 'field', field: name });
const separator = (text: string) => ({ type: 'separator', text });

it.each<[DataType, string, object[]]>([
  ['date', 'dd.MM.yyyy', [field('dd'), separator('.'), field('MM'), separator('.'), field('yyyy')]],
  ['date', 'yyyyMM', [field('yyyy'), field('MM')]],
  ['date', 'd. MMMM yy', [field('d'), separator('. '), field('MMMM'), separator(' '), field('yy')]],
  ['date', 'EEE, M/d', [field('EEE'), separator(', '), field('M'), separator('/'), field('d')]],
  ['date', 'yyyy年M月', [field('yyyy'), separator('年'), field('M'), separator('月')]],
  ['date', '(LLLL)', [separator('('), field('LLLL'), separator(')')]],
  ['time', 'HH:mm', [field('HH'), separator(':'), field('mm')]],
  ['time', 'h:mm a', [field('h'), separator(':'), field('mm'), separator(' '), field('a')]],
  ['time', 'ss.SSS', [field('ss'), separator('.'), field('SSS')]],
  ['time', "H 'o''clock'", [field('H'), separator(' '), separator("o'clock")]],
  ['time', "''HH''", [separator("'"), field('HH'), separator("'")]],
  ['time', "HH'\"\\%'", [field('HH'), separator('"\\%')]],
  ['timestamp', 'ddTHH', [field('dd'), separator('T'), field('HH')]],
])('reads for %s the format %s', (type, pattern, parts) => {
  expect(parseFormat(type, pattern)).toEqual({ ok: true, format: { type: 'datetime', parts } });
});

it('has the fields of a day and of a time of day, and a timestamp both', () => {
  for (const name of DATE_FIELDS) {
    expect([parseFormat('date', name).ok, parseFormat('time', name).ok, parseFormat('timestamp', name).ok]).toEqual([
      true,
      false,
      true,
    ]);
  }
  for (const name of TIME_FIELDS) {
    expect([parseFormat('date', name).ok, parseFormat('time', name).ok, parseFormat('timestamp', name).ok]).toEqual([
      false,
      true,
      true,
    ]);
  }
});

it.each<[DataType, string, RegExp]>([
  ['date', '', /names no part/],
  ['date', '-', /names no part/],
  ['date', "'today'", /names no part/],
  ['date', 'T', /names no part/],
  ['date', 'yyyy-mm-dd', /has no mm: use yyyy, yy/],
  ['date', 'yyyy-MM-dd HH', /has no HH/],
  ['time', 'HH:MM', /has no MM/],
  ['date', 'yyyy-yyyy', /names yyyy twice/],
  ['date', 'yyyyy', /"yyyyy" is no part/],
  ['date', 'y', /"y" is no part/],
  ['date', 'Day dd', /"D" is no part/],
  ['date', 'yyyy"MM', /""" is no part/],
  ['date', 'yyyy\\MM', /is no part/],
  ['date', 'dd=', /"=" is no part/],
  ['time', 'HH:m', /"m" is no part/],
  ['date', "dd 'of", /without its other/],
  ['date', "dd'", /without its other/],
  ['timestamp', 'yyyy\u0000', /NUL/],
  ['timestamp', "yyyy'\t'", /control character/],
  ['timestamp', "yyyy'\ud83d'", /surrogate/],
])('refuses for %s the format %j', (type, pattern, problem) => {
  expect(parseFormat(type, pattern)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
});
