import { executeSql } from '../harness/postgres';
import type { ExportTable } from './export-table';

/** Columns by turns of these types, with what a row's number makes of them. */
const KINDS: readonly (readonly [type: string, expression: string])[] = [
  ['int', 'g * 31 % 1000'],
  ['numeric(12,2)', '(g * 7919 % 1000000) / 100.0'],
  ['text', "'customer ' || g % 997"],
  ['timestamp', "timestamp '2001-01-01' + g % 9000 * interval '61 minutes'"],
  ['boolean', 'g % 3 > 0'],
];

/** The most columns that a report may have. */
const COLUMNS = Array.from({ length: 100 }, () => KINDS).flat();

export const WIDE: ExportTable = {
  relation: { schema: 'public', name: 'wide' },
  columns: COLUMNS.map((_, place) => ({ name: `c${place}`, format: null })),
};

/** Makes the table with so many rows, the same ones each time; every eleventh value is NULL. */
export async function createWideTable(url: string, rows: number): Promise<void> {
  const values = COLUMNS.map(([, expression], place) => `CASE WHEN (g + ${place}) % 11 > 0 THEN ${expression} END`);
  await executeSql(
    url,
    `CREATE UNLOGGED TABLE public.wide (${COLUMNS.map(([type], place) => `c${place} ${type}`).join(', ')})`,
    `INSERT INTO public.wide SELECT ${values.join(', ')} FROM generate_series(1, ${rows}) AS g`,
    'VACUUM ANALYZE public.wide',
  );
}
