/** What a connector's table or file holds for the suite: a row for each of `id` 1 to 1000, in this order of columns. */
export const MEASUREMENT_COLUMNS = [
  { name: 'id', type: 'integer' },
  { name: 'name', type: 'string' },
  { name: 'amount', type: 'decimal' },
  { name: 'ok', type: 'boolean' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'at_zone', type: 'timestamp' },
  { name: 'clock', type: 'time' },
] as const;

/** As PostgreSQL declares it; DuckDB takes it as well. */
export const MEASUREMENT_TABLE =
  'id integer, name text, amount numeric(12, 2), ok boolean, day date, "at" timestamp, at_zone timestamptz, clock time';

type Row = readonly (string | null)[];

const NOON = ['2026-07-01 12:00:00', '2026-07-01 12:00:00+00', '07:30:00'];

/** Whatever a format could stumble over. */
const SPECIAL: readonly Row[] = [
  ['1', 'plain', '1.25', 'true', '2026-01-02', ...NOON],
  ['2', 'tab\there, "quoted" back\\slash\nnewline', '-1234567.89', 'false', '0987-12-31', ...NOON],
  ['3', null, null, null, null, null, null, null],
  [
    '4',
    'Ünïcode 🚀 100%_x',
    '0.55',
    'true',
    '9999-12-31',
    '2026-07-01 12:00:00.5',
    '2026-07-01 12:00:00+00',
    '23:59:59',
  ],
  ['5', '', '7777777.77', 'false', '2026-01-02', ...NOON],
  // The hour that Berlin has twice.
  ['6', 'first', '6.25', 'true', '2026-10-25', '2026-10-25 02:30:00', '2026-10-25 00:30:00+00', '02:30:00'],
  ['7', 'second', '7.25', 'true', '2026-10-25', '2026-10-25 02:30:00', '2026-10-25 01:30:00+00', '02:30:00'],
];

/** A text for each column, or NULL; instants with their offset, `+00`. */
export const MEASUREMENTS: readonly Row[] = Array.from({ length: 1000 }, (_, index) => {
  const id = index + 1;
  const even = id % 2 === 0 ? 'true' : 'false';
  return (
    SPECIAL[index] ?? [
      `${id}`,
      `n${id}`,
      `${id}.25`,
      even,
      `2026-02-${String((id % 28) + 1).padStart(2, '0')}`,
      ...NOON,
    ]
  );
});

/** The rows as CSV with a header (RFC 4180): every text is quoted, NULL is nothing at all. */
export function measurementsCsv(): string {
  const header = MEASUREMENT_COLUMNS.map(({ name }) => name).join(',');
  const lines = MEASUREMENTS.map((row) =>
    row
      .map((value, place) => (place === 1 && value !== null ? `"${value.replaceAll('"', '""')}"` : (value ?? '')))
      .join(','),
  );
  return `${[header, ...lines].join('\n')}\n`;
}
