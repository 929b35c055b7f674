import { executeSql } from '../harness/postgres';
import type { ExportTable } from './export-table';

/** Ten columns of every kind that a workbook tells apart, with NULLs, and numbers that must stay text. */
export const ORDERS: ExportTable = {
  relation: { schema: 'public', name: 'orders' },
  columns: [
    { name: 'id', format: null },
    { name: 'customer', format: null },
    { name: 'note', format: null },
    { name: 'quantity', format: null },
    { name: 'price', format: '#,##0.00' },
    { name: 'share', format: null },
    { name: 'paid', format: null },
    { name: 'ordered_on', format: 'dd.MM.yyyy' },
    { name: 'shipped_at', format: null },
    { name: 'tracking', format: null },
  ],
};

/** Makes the table with so many rows, the same ones each time. */
export async function createOrders(url: string, rows: number): Promise<void> {
  await executeSql(
    url,
    `CREATE UNLOGGED TABLE public.orders (
       id int NOT NULL, customer text NOT NULL, note text, quantity int NOT NULL, price numeric(12,2) NOT NULL, share float8,
       paid boolean NOT NULL, ordered_on date NOT NULL, shipped_at timestamp, tracking bigint NOT NULL)`,
    `INSERT INTO public.orders
     SELECT g, 'Müller & Söhne ' || g % 9973,
            CASE WHEN g % 7 > 0 THEN 'Deliver <' || g * 31 % 1009 || '> "before noon" 😀' END,
            g * 31 % 500, (g::bigint * 7919 % 100000000) / 100.0, CASE WHEN g % 5 > 0 THEN g % 9973 / 9973::float8 END,
            g % 3 > 0, date '2001-01-01' + g % 9000,
            CASE WHEN g % 11 > 0 THEN timestamp '2001-01-01' + g % 9000 * interval '1 day 61.007 seconds' END,
            9007199254740993 + g
       FROM generate_series(1, ${rows}) AS g`,
    'VACUUM ANALYZE public.orders',
  );
}
