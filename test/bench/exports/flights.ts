import type { ExportTable } from './export-table';

/** What the sample database holds. */
export const ALL_FLIGHTS = 3_000_000;

/** Every flight so many times over: more rows than the sample has. */
export const MOST_TIMES = 10;

export const FLIGHTS: ExportTable = {
  relation: { schema: 'public', name: 'flights' },
  columns: ['date', 'delay', 'distance', 'origin', 'destination'].map((name) => ({ name, format: null })),
};

export const REPEATED_FLIGHTS: ExportTable = { ...FLIGHTS, relation: { schema: 'public', name: 'repeated_flights' } };

/** SQL that makes `REPEATED_FLIGHTS`. */
export const CREATE_REPEATED_FLIGHTS: readonly string[] = [
  `CREATE VIEW public.repeated_flights AS
     SELECT flights.* FROM generate_series(1, ${MOST_TIMES}) AS times CROSS JOIN public.flights`,
  'GRANT SELECT ON public.repeated_flights TO PUBLIC',
];
