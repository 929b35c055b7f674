import { parseFormat } from './format-pattern';

const plain = { prefix: [], suffix: [] };

it.each([
  ['0', 1, 0, 0, 'none'],
  ['#', 0, 0, 0, 'none'],
  ['000', 3, 0, 0, 'none'],
  ['#,##0', 1, 0, 0, 'thousands'],
  ['#,##0.00', 1, 2, 2, 'thousands'],
  ['0.0##', 1, 1, 3, 'none'],
  ['#.##', 0, 0, 2, 'none'],
  ['0,000', 4, 0, 0, 'thousands'],
  ['#,###,##0.0', 1, 1, 1, 'thousands'],
  ['##,##0', 1, 0, 0, 'thousands'],
  ['#,##,##0.00', 1, 2, 2, 'lakhs'],
  ['00,00,000', 7, 0, 0, 'lakhs'],
])('reads the number format %s', (pattern, minIntegerDigits, minFractionDigits, maxFractionDigits, grouping) => {
  const format = { type: 'number', minIntegerDigits, minFractionDigits, maxFractionDigits, grouping, ...plain };
  expect(parseFormat('decimal', pattern)).toEqual({ ok: true, format });
  expect(parseFormat('integer', pattern)).toEqual({ ok: true, format });
  expect(parseFormat('currency', pattern)).toEqual({ ok: true, format });
});

const euro = { type: 'currency', code: 'EUR', as: 'symbol' };
const space = { type: 'space', text: ' ' };

it.each([
  ['#,##0.00 ¤EUR', [], [space, euro]],
  ['¤EUR#,##0.00', [euro], []],
  ['¤EUR\u00a00', [euro, { type: 'space', text: '\u00a0' }], []],
  ['0¤¤CHF', [], [{ type: 'currency', code: 'CHF', as: 'code' }]],
])('reads the currency format %s', (pattern, prefix, suffix) => {
  expect(parseFormat('currency', pattern)).toMatchObject({ ok: true, format: { prefix, suffix } });
});

it.each([
  ['0%', [], [{ type: 'percent' }]],
  ['#,##0.0 %', [], [space, { type: 'percent' }]],
  ['%0', [{ type: 'percent' }], []],
])('reads the percent format %s', (pattern, prefix, suffix) => {
  expect(parseFormat('percent', pattern)).toMatchObject({ ok: true, format: { prefix, suffix } });
});

it.each([
  '',
  '.',
  '0.',
  '.00',
  '0#',
  '0.#0',
  '#,#0',
  '#,##0,0',
  '#,##,##,0',
  '0000,000',
  ',000',
  '0.0.0',
  '0 €',
  '0 ',
  '0%',
  '0 ¤EUR',
  "0 'km'",
  'Yes/No',
  `0.${'0'.repeat(21)}`,
  '0'.repeat(21),
  '0'.repeat(101),
])('refuses for numbers the format %j', (pattern) => {
  const refusal = { ok: false, problem: expect.stringMatching(/\.$/) };
  expect(parseFormat('decimal', pattern)).toEqual(refusal);
  expect(parseFormat('integer', pattern)).toEqual(refusal);
});

it.each(['0 ¤', '0 ¤eur', '0 EUR', '0 €', '¤EUR0 ¤EUR', '0 ¤¤¤EUR', '0 %', '0 ', '¤EUR', '0 ¤EUR;-0', '0\t¤EUR'])(
  'refuses for currencies the format %j',
  (pattern) => {
    expect(parseFormat('currency', pattern)).toMatchObject({ problem: expect.stringContaining('#,##0.00 ¤EUR') });
  },
);

it('names a currency that is none', () => {
  expect(parseFormat('currency', '0 ¤QQQ')).toMatchObject({ problem: expect.stringContaining('"QQQ" is no currency') });
});

it.each(['0', '0.0', '%0%', '%', '0 ¤EUR', '0 %%', '0‰'])('refuses for percents the format %j', (pattern) => {
  expect(parseFormat('percent', pattern)).toMatchObject({ problem: expect.stringContaining('0.0 %') });
});
