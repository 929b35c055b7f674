import fc from 'fast-check';
import { ExactSum } from './exact-sum';

function totalOf(numbers: readonly (string | null)[], mostScale = 30): string | null {
  const sum = new ExactSum();
  for (const number of numbers) sum.add(number);
  return sum.total(mostScale);
}

it.each([
  [['0.1', '0.2'], '0.3'],
  [['-0.05', '0.045'], '-0.005'],
  [['1.50', '-1.5'], '0.00'],
  [['1e2', '1.5E-3', null], '100.0015'],
  [['99999999999999999999999999999999999999999999999999', '1'], `1${'0'.repeat(50)}`],
  [[null, null], null],
  [[], null],
])('%j make %s', (numbers, total) => {
  expect(totalOf(numbers)).toBe(total);
});

it.each([
  ['0.125', 2, '0.13'],
  ['-0.125', 2, '-0.13'],
  ['0.124', 2, '0.12'],
  ['9.99', 0, '10'],
  ['1e-40', 30, `0.${'0'.repeat(30)}`],
])('%s is rounded to %d places: %s', (number, places, total) => {
  expect(totalOf([number], places)).toBe(total);
});

it('is what whole numbers of the least unit make', () => {
  const number = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(12));
  fc.assert(
    fc.property(fc.array(number, { minLength: 1 }), (numbers) => {
      const units = numbers.reduce((sum, [value, scale]) => sum + value * 10n ** BigInt(12 - scale), 0n);
      const texts = numbers.map(([value, scale]) => `${value}e-${scale}`);
      const total = totalOf(texts) ?? '';
      const [whole = '', fraction = ''] = total.split('.');
      expect(BigInt(whole + fraction.padEnd(12, '0'))).toBe(units);
    }),
  );
});

it('refuses what is no number', () => {
  expect(() => totalOf(['NaN'])).toThrow(RangeError);
});
