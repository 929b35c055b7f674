import type { DataType } from './data-type';
import { parseFormat } from './format-pattern';

it.each([
  ['0', 1, 0, 0, false],
  ['#', 0, 0, 0, false],
  ['000', 3, 0, 0, false],
  ['#,##0', 1, 0, 0, true],
  ['#,##0.00', 1, 2, 2, true],
  ['0.0##', 1, 1, 3, false],
  ['#.##', 0, 0, 2, false],
  ['0,000', 4, 0, 0, true],
  ['#,###,##0.0', 1, 1, 1, true],
])('reads the number format %s', (pattern, minIntegerDigits, minFractionDigits, maxFractionDigits, grouping) => {
  const format = { type: 'number', minIntegerDigits, minFractionDigits, maxFractionDigits, grouping };
  expect(parseFormat('decimal', pattern)).toEqual({ ok: true, format });
  expect(parseFormat('integer', pattern)).toEqual({ ok: true, format });
});

it('reads date and time formats into their parts', () => {
  const field = (name: string) => ({ type: 'field', field: name });
  const separator = (text: string) => ({ type: 'separator', text });
  expect(parseFormat('date', 'dd.MM.yyyy')).toEqual({
    ok: true,
    format: { type: 'datetime', parts: [field('dd'), separator('.'), field('MM'), separator('.'), field('yyyy')] },
  });
  expect(parseFormat('date', 'yyyyMM')).toEqual({
    ok: true,
    format: { type: 'datetime', parts: [field('yyyy'), field('MM')] },
  });
  expect(parseFormat('time', 'HH:mm')).toEqual({
    ok: true,
    format: { type: 'datetime', parts: [field('HH'), separator(':'), field('mm')] },
  });
  expect(parseFormat('timestamp', 'yyyy-MM-ddTHH:mm:ss')).toMatchObject({
    ok: true,
    format: {
      parts: [
        field('yyyy'),
        separator('-'),
        field('MM'),
        separator('-'),
        field('dd'),
        separator('T'),
        field('HH'),
        separator(':'),
        field('mm'),
        separator(':'),
        field('ss'),
      ],
    },
  });
});

it('reads boolean formats', () => {
  expect(parseFormat('boolean', 'Yes/No')).toEqual({
    ok: true,
    format: { type: 'boolean', trueText: 'Yes', falseText: 'No' },
  });
});

it.each<[DataType, string]>([
  ['decimal', ''],
  ['decimal', '.'],
  ['decimal', '0.'],
  ['decimal', '.00'],
  ['decimal', '0#'],
  ['decimal', '0.#0'],
  ['decimal', '#,#0'],
  ['decimal', '#,##,##0'],
  ['decimal', '0000,000'],
  ['decimal', ',000'],
  ['decimal', '0.0.0'],
  ['decimal', '0 €'],
  ['decimal', `0.${'0'.repeat(21)}`],
  ['decimal', '0'.repeat(21)],
  ['decimal', '0'.repeat(101)],
  ['integer', 'Yes/No'],
  ['date', ''],
  ['date', '-'],
  ['date', 'yy-MM-dd'],
  ['date', 'yyyy-mm-dd'],
  ['date', 'yyyy-MM-dd HH'],
  ['date', 'yyyy-yyyy'],
  ['date', 'yyyyy'],
  ['date', 'yyyy"MM'],
  ['date', 'Day dd'],
  ['time', 'HH:MM'],
  ['timestamp', 'hh:mm a'],
  ['timestamp', 'yyyy\u0000'],
  ['boolean', 'Yes'],
  ['boolean', 'Yes/'],
  ['boolean', '/No'],
  ['boolean', 'Y/N/?'],
  ['boolean', 'X/X'],
  ['boolean', 'Y\u0000/N'],
  ['string', '0'],
  ['uuid', '0'],
  ['json', '0'],
])('refuses for %s the format %j', (type, pattern) => {
  expect(parseFormat(type, pattern)).toEqual({ ok: false, problem: expect.stringMatching(/\.$/) });
});
