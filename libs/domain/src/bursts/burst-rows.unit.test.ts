import type { DataType } from '../reports/data-type';
import { burstDefinition } from '../testing/burst-samples';
import { readListRow, type ListRow } from './burst-rows';

const parameter = (name: string, dataType: DataType, defaultValue: string) => ({
  ...{ name, label: name, dataType, defaultValue },
});
const terms = {
  definition: burstDefinition({
    parameters: [
      { name: 'late', column: 'Late' },
      { name: 'since', column: 'Since' },
    ],
  }),
  parameters: [parameter('late', 'integer', '15'), parameter('since', 'timestamp', '2026-11-01T00:00:00Z')],
  types: new Map<string, DataType>([['Since', 'timestamp']]),
  timeZone: 'Europe/Berlin',
};
const row = (values: Record<string, string | null> = {}): ListRow =>
  new Map(
    Object.entries({
      Mail: 'jane@example.org',
      Late: '9223372036854775807',
      Since: '2026-11-23 07:30:00.5',
      ...values,
    }),
  );

it('fills the parameters, whole numbers with every digit and times by the zone of the list', () => {
  expect(readListRow(3, row(), terms)).toEqual({
    ok: true,
    filled: {
      row: 3,
      parameters: [
        { name: 'late', value: '9223372036854775807' },
        { name: 'since', value: '2026-11-23T06:30:00.5Z' },
      ],
      address: 'jane@example.org',
    },
  });
});

it.each([
  ['2026-10-25 02:30:00', '2026-10-25T00:30:00Z', 'the earlier of two'],
  ['2026-03-29 02:30:00', '2026-03-29T01:30:00Z', 'one that the clock skips'],
])('reads %s as %s, %s', (text, instant) => {
  expect(readListRow(1, row({ Since: text }), terms)).toMatchObject({
    filled: { parameters: [{ name: 'late' }, { name: 'since', value: instant }] },
  });
});

it.each([
  ['a value that is NULL', { Late: null }, 'value.missing', 'The column "Late" has no value.'],
  ['an address that is NULL', { Mail: null }, 'value.missing', 'The column "Mail" has no value.'],
  ['no whole number', { Late: '1.5' }, 'value.unparsable', 'The value of "late" is not a whole number.'],
  ['no time', { Since: 'infinity' }, 'value.unparsable', expect.stringContaining('The value of "since" is not a time')],
  ['no day of the calendar', { Since: '2026-02-30 00:00:00' }, 'value.unparsable', expect.anything()],
])('leaves out a row with %s', (_what, values, code, message: unknown) => {
  expect(readListRow(7, row(values), terms)).toEqual({ ok: false, leftOut: { row: 7, code, message } });
});

it('leaves out a row without a column', () => {
  expect(readListRow(7, new Map(), terms)).toMatchObject({ leftOut: { code: 'value.missing' } });
});

it('needs no address where no mail is sent', () => {
  const delivery = {
    ...({ channel: 'destination', subject: null, text: null, email: null } as const),
    destination: { destinationId: 'd', pattern: '{jobId}/{file}' },
  };
  const reading = readListRow(1, row({ Mail: null }), { ...terms, definition: { ...terms.definition, delivery } });
  expect(reading).toMatchObject({ ok: true, filled: { address: null } });
});

it('is a mistake of the caller where the template has lost a parameter', () => {
  expect(() => readListRow(1, row(), { ...terms, parameters: [] })).toThrow(RangeError);
});
