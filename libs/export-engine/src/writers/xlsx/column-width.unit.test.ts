import { columnWidth } from './column-width';

it.each([
  ['Date', 'yyyy-mm-dd hh:mm:ss', '2026-11-23 07:30:00'],
  ['Day', 'dddd, d. mmmm yyyy', 'Wednesday, 23. September 2026'],
  ['Day', '[$-407]dddd", "d" "mmmm', 'Donnerstag, 23 September'],
  ['Time', 'h:mm:ss AM/PM', '11:30:00 PM'],
  ['Length', '[h]:mm:ss', '123456:59:59'],
  ['Amount', '#,##0.00', '-1,234,567.89'],
  ['Amount', '#,##0.00 [$€-407]', '-1.234.567,89 €'],
  ['Share', '0.0%', '-100.0%'],
])('%s by %s has room for %s', (header, code, value) => {
  expect(columnWidth(header, code)).toBeGreaterThanOrEqual(value.length);
});

it('is as wide as the header, within bounds', () => {
  expect(columnWidth('x', null)).toBe(12);
  expect(columnWidth('Fifteen letters', null)).toBe(17);
  expect(columnWidth('x'.repeat(255), null)).toBe(60);
  expect(columnWidth('x', '0'.repeat(90))).toBe(60);
});
