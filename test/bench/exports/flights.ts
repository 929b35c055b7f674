import type { ExportTable } from './export-table';

/** What the sample database holds. */
export const ALL_FLIGHTS = 3_000_000;

export const FLIGHTS: ExportTable = {
  relation: { schema: 'public', name: 'flights' },
  columns: ['date', 'delay', 'distance', 'origin', 'destination'].map((name) => ({ name, format: null })),
};
