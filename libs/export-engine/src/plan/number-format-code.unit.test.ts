import { parseFormat, type DataType } from '#domain';
import { numberFormatCode } from './number-format-code';

function codeOf(type: DataType, pattern: string, locale = 'en'): string | null {
  const reading = parseFormat(type, pattern);
  if (!reading.ok) throw new Error(reading.problem);
  return numberFormatCode(reading.format, pattern, locale);
}

it.each<[DataType, string, string]>([
  ['decimal', '#,##0.0##', '#,##0.0##'],
  ['percent', '0.0%', '0.0%'],
  ['percent', '#,##0.00 %', '#,##0.00" "%'],
  ['currency', '#,##0.00\u00a0¤EUR', '#,##0.00"\u00a0"[$€]'],
  ['currency', '¤USD#,##0.00', '[$$]#,##0.00'],
  ['currency', '¤¤CHF 0.00', '[$CHF]" "0.00'],
  ['date', 'dd.MM.yyyy', 'dd"."mm"."yyyy'],
  ['date', 'd/M/yy', 'd"/"m"/"yy'],
  ['date', 'EEEE, d MMMM yyyy', '[$-409]dddd", "d" "mmmm" "yyyy'],
  ['date', 'LLL yy', '[$-409]mmm" "yy'],
  ['time', 'h:mm a', '[$-409]h":"mm" "AM/PM'],
  ['time', 'H:mm', 'h":"mm'],
  ['time', 'HH:mm:ss.SSS', 'hh":"mm":"ss.000'],
  ['timestamp', `dd 'at "' HH`, 'dd" ""at "\\"" "hh'],
  ['duration', '[h]:mm:ss', '[h]:mm:ss'],
  ['duration', '[m]:ss.SSS', '[m]:ss.000'],
])('of a %s in the format %s', (type, pattern, code) => {
  expect(codeOf(type, pattern)).toBe(code);
});

it.each<[DataType, string]>([
  ['decimal', '#,##,##0.00'],
  ['boolean', 'Yes/No'],
  ['time', 'mm'],
  ['timestamp', 'HH-MM'],
  ['timestamp', 'M:ss'],
  ['time', 'h:mm'],
  ['time', 'HH:mm a'],
  ['time', 'HH:mm:ss,SSS'],
  ['time', 'SSS'],
  ['time', "ss'.s.'SSS"],
])('there is none of a %s in the format %s', (type, pattern) => {
  expect(codeOf(type, pattern)).toBeNull();
});

it('names the language of words, and writes none in a language that spreadsheets do not know', () => {
  expect([codeOf('date', 'LLLL', 'de-AT'), codeOf('date', 'dd', 'eo'), codeOf('date', 'EEE', 'eo')]).toEqual([
    '[$-C07]mmmm',
    'dd',
    null,
  ]);
});

it('writes the sign of a currency in the locale', () => {
  expect([codeOf('currency', '0 ¤USD', 'en'), codeOf('currency', '0 ¤USD', 'de-AT')]).toEqual(['0" "[$$]', '0" "[$$]']);
  expect([codeOf('currency', '0 ¤USD', 'es'), codeOf('currency', '0 ¤CHF', 'en')]).toEqual([
    '0" "[$US$]',
    '0" "[$CHF]',
  ]);
});
