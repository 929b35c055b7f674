import fc from 'fast-check';
import { DATA_TYPES, type DataType } from './data-type';
import { LONGEST_LITERAL, parseLiteral } from './values';

const accepted: readonly (readonly [DataType, string, string])[] = [
  ['string', '', ''],
  ['string', "'; DROP TABLE flights; --", "'; DROP TABLE flights; --"],
  ['string', '😀 é\n', '😀 é\n'],
  ['integer', '0', '0'],
  ['integer', '-007', '-7'],
  ['integer', '+12', '12'],
  ['integer', '9223372036854775807', '9223372036854775807'],
  ['integer', '-9223372036854775808', '-9223372036854775808'],
  ['decimal', '-12.50', '-12.50'],
  ['decimal', '+0012', '12'],
  ['decimal', '000.5', '0.5'],
  ['decimal', `${'9'.repeat(36)}.99`, `${'9'.repeat(36)}.99`],
  ['boolean', 'true', 'true'],
  ['boolean', 'false', 'false'],
  ['date', '2028-02-29', '2028-02-29'],
  ['date', '0001-01-01', '0001-01-01'],
  ['date', '9999-12-31', '9999-12-31'],
  ['time', '00:00', '00:00'],
  ['time', '23:59:59.123456', '23:59:59.123456'],
  ['timestamp', '2026-11-23T07:30:00Z', '2026-11-23T07:30:00Z'],
  ['timestamp', '2026-11-23T07:30:00.000Z', '2026-11-23T07:30:00Z'],
  ['timestamp', '2026-11-23t07:30:00.5+05:45', '2026-11-23T01:45:00.5Z'],
  ['currency', '-12.50', '-12.50'],
  ['percent', '0.125', '0.125'],
  ['duration', 'P1DT2H', 'P1DT2H'],
  ['duration', 'PT90M', 'PT90M'],
  ['duration', '-P1Y2M3DT4H5M6.789S', 'P-1Y-2M-3DT-4H-5M-6.789S'],
  ['duration', 'P-1DT2H', 'P-1DT2H'],
  ['duration', '-P-1DT+2H', 'P1DT-2H'],
  ['duration', 'P1W2D', 'P9D'],
  ['duration', 'P1W-7D', 'PT0S'],
  ['duration', 'PT0.500000S', 'PT0.5S'],
  ['duration', 'PT-0.5S', 'PT-0.5S'],
  ['duration', '-PT00.00S', 'PT0S'],
  ['duration', 'P0D', 'PT0S'],
  ['duration', 'P99999999Y14285714W1D', 'P99999999Y99999999D'],
  ['array', '["a",null]', '["a",null]'],
  ['uuid', 'A0000000-0000-4000-8000-00000000000F', 'a0000000-0000-4000-8000-00000000000f'],
  ['json', '{"a":[1,null]}', '{"a":[1,null]}'],
];
it.each(accepted)('reads the %s %j', (type, text, value) => {
  expect(parseLiteral(type, text)).toEqual({ ok: true, value });
});

const refused: readonly (readonly [DataType, string])[] = [
  ['string', 'a\u0000b'],
  ['string', 'a\ud83d'],
  ['integer', ''],
  ['integer', ' 1'],
  ['integer', '1.0'],
  ['integer', '1e3'],
  ['integer', '0x10'],
  ['integer', '9223372036854775808'],
  ['integer', '-9223372036854775809'],
  ['integer', '9'.repeat(5_000)],
  ['decimal', '1,5'],
  ['decimal', '.5'],
  ['decimal', '5.'],
  ['decimal', '1e3'],
  ['decimal', 'NaN'],
  ['decimal', '-'],
  ['decimal', `${'9'.repeat(37)}.99`],
  ['boolean', 'TRUE'],
  ['boolean', '1'],
  ['date', '2026-02-30'],
  ['date', '2026-13-01'],
  ['date', '2027-02-29'],
  ['date', '0000-01-01'],
  ['date', '10000-01-01'],
  ['date', '-0001-01-01'],
  ['date', '2026-1-1'],
  ['date', '2026-11-23T00:00:00Z'],
  ['time', '24:00'],
  ['time', '7:30'],
  ['time', '07:60'],
  ['time', '07:30:60'],
  ['time', '07:30:00.1234567'],
  ['timestamp', '2026-11-23'],
  ['timestamp', '2026-11-23T07:30:00'],
  ['timestamp', '2026-11-23 07:30:00Z'],
  ['timestamp', '2026-02-30T07:30:00Z'],
  ['timestamp', '2026-11-23T24:00:00Z'],
  ['timestamp', '2026-11-23T07:30:60Z'],
  ['timestamp', '2026-11-23T07:30:00.1234567Z'],
  ['timestamp', '2026-11-23T07:30:00+24:00'],
  ['timestamp', '0001-01-01T00:00:00+01:00'],
  ['timestamp', '9999-12-31T23:59:59-01:00'],
  ['currency', '12,50'],
  ['currency', '12.50 EUR'],
  ['percent', '12.5%'],
  ['duration', ''],
  ['duration', 'P'],
  ['duration', 'PT'],
  ['duration', 'P1DT'],
  ['duration', 'P1'],
  ['duration', 'PT1D'],
  ['duration', 'PT1H2D'],
  ['duration', 'P1.5D'],
  ['duration', 'PT1,5S'],
  ['duration', 'PT1.1234567S'],
  ['duration', 'p1d'],
  ['duration', '1 day'],
  ['duration', 'P999999999D'],
  ['duration', 'P14285714W2D'],
  ['array', '{a,b}'],
  ['uuid', 'a0000000000040008000000000000001'],
  ['uuid', 'g0000000-0000-4000-8000-000000000001'],
  ['json', '{a:1}'],
  ['json', '"\\u0000"'],
];
it.each(refused)('refuses the %s %j', (type, text) => {
  expect(parseLiteral(type, text)).toEqual({ ok: false, problem: expect.any(String) });
});

it('refuses any literal that is too long', () => {
  expect(parseLiteral('string', 'x'.repeat(LONGEST_LITERAL)).ok).toBe(true);
  expect(parseLiteral('string', 'x'.repeat(LONGEST_LITERAL + 1)).ok).toBe(false);
});

it('reads its own answers as they are, and never throws', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[-+]?\d{0,45}(\.\d{0,9})?$/),
    fc.stringMatching(/^\d{4}-[01]\d-[0-3]\d(T[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-][01]\d:[0-5]\d))?$/),
    fc.stringMatching(/^[-+]?P(-?\d{1,8}Y)?(-?\d{1,8}W)?(-?\d{1,8}D)?(T(-?\d{1,8}H)?(-?\d{1,8}(\.\d{1,6})?S)?)?$/),
    fc.json(),
    fc.uuid(),
  );
  fc.assert(
    fc.property(fc.constantFrom(...DATA_TYPES), texts, (type, text) => {
      const reading = parseLiteral(type, text);
      if (reading.ok) expect(parseLiteral(type, reading.value)).toEqual(reading);
    }),
    { numRuns: 2_000 },
  );
});

it('means the same instant as the text it was given', () => {
  const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });
  const instants = fc.date({ min: new Date('0002-01-01'), max: new Date('9998-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, offsets, (instant, minutes) => {
      const wall = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
        String(n).padStart(2, '0'),
      );
      const reading = parseLiteral('timestamp', `${wall}${minutes < 0 ? '-' : '+'}${hour}:${minute}`);
      expect(reading.ok && new Date(reading.value)).toEqual(instant);
    }),
  );
});
