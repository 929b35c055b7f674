import fc from 'fast-check';
import { writeMoment, writeTime } from './serial-dates';

function written(write: typeof writeMoment, text: string): string | null {
  const input = Buffer.from(`..${text}\tx`);
  const output = Buffer.alloc(64);
  const end = write(input, 2, 2 + Buffer.byteLength(text), output, 5);
  return end < 0 ? null : output.toString('latin1', 5, end);
}

describe('writeMoment', () => {
  it.each([
    ['2026-11-23', '46349'],
    ['1900-03-01', '61'],
    ['9999-12-31', '2958465'],
    ['2000-02-29', '36585'],
    ['2026-11-23 00:00:00', '46349'],
    ['2026-11-23 12:00:00', '46349.5'],
    ['2026-11-23 18:00:00.000', '46349.75'],
    ['2026-11-23 00:00:00.000001', '46349.000000000012'],
    ['2026-11-23 23:59:59.999999', '46349.999999999988'],
    ['2026-11-23 00:00:00.0000019', '46349.000000000012'],
    ['1900-02-28', null],
    ['1899-12-31', null],
    ['0044-03-15', null],
    ['0044-03-15 BC', null],
    ['2026-11-23 BC', null],
    ['2026-11-23 12:00:00 BC', null],
    ['2026-11-23 12:00:00.', null],
    ['2026-11-23T12:00:00', null],
    ['10000-01-01', null],
    ['infinity', null],
    ['-infinity', null],
    ['2026', null],
    ['', null],
  ])('%s', (text, serial) => expect(written(writeMoment, text)).toBe(serial));

  it('counts as the calendar does, to the microsecond', () => {
    const min = new Date('1900-03-01T00:00:00Z');
    const max = new Date('9999-12-31T23:59:59.999Z');
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), fc.nat(999), (date, microseconds) => {
        const text = `${date.toISOString().replace('T', ' ').replace('Z', '')}${String(microseconds).padStart(3, '0')}`;
        const days = Math.floor(date.getTime() / 86_400_000);
        const fraction = (date.getTime() - days * 86_400_000) / 86_400_000 + microseconds / 86_400_000_000;
        const [serialDays, serialFraction = '0'] = (written(writeMoment, text) ?? '').split('.');
        expect(Number(serialDays)).toBe(days + 25_569);
        expect(Math.abs(Number(`0.${serialFraction}`) - fraction)).toBeLessThan(1e-12);
      }),
    );
  });
});

describe('writeTime', () => {
  it.each([
    ['00:00:00', '0'],
    ['06:00:00', '0.25'],
    ['24:00:00', '1'],
    ['23:59:59.5', '0.999994212963'],
    ['06:00:00+02', null],
    ['6:00', null],
  ])('%s', (text, serial) => expect(written(writeTime, text)).toBe(serial));
});
