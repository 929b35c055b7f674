import type { BenchContext } from '../harness/bench';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { createWorkFolder } from '../harness/work-folder';
import { loadSampleData } from '../../../deploy/samples';
import type { ExportTask } from './contestants';
import { ALL_FLIGHTS, CREATE_REPEATED_FLIGHTS, FLIGHTS, REPEATED_FLIGHTS } from './flights';
import { createOrders, ORDERS } from './orders';
import { createWideTable, WIDE } from './wide';

/** A PostgreSQL of this run's own with so many sample flights; beyond the whole sample, each comes again. */
export async function prepareFlights(rows: number, context: BenchContext): Promise<ExportTask> {
  const folder = await createWorkFolder(context);
  const server = await startBenchPostgres(folder, context);
  const flights = Math.min(rows, ALL_FLIGHTS);
  const { url } = await loadSampleData({ url: server.url('postgres'), log: context.log, flights });
  // Reports read it as a user who may change nothing.
  const owned = server.url(new URL(url).pathname.slice(1));
  if (rows > ALL_FLIGHTS) await executeSql(owned, ...CREATE_REPEATED_FLIGHTS);
  const table = rows > ALL_FLIGHTS ? REPEATED_FLIGHTS : FLIGHTS;
  return { url, folder, table, rows, cleanup: context.cleanup };
}

/** A PostgreSQL of this run's own with a table of so many orders. */
export async function prepareOrders(rows: number, context: BenchContext): Promise<ExportTask> {
  const folder = await createWorkFolder(context);
  const server = await startBenchPostgres(folder, context);
  await executeSql(server.url('postgres'), 'CREATE DATABASE orders');
  const url = server.url('orders');
  context.log(`Making ${rows} orders…`);
  await createOrders(url, rows);
  return { url, folder, table: ORDERS, rows, cleanup: context.cleanup };
}

/** A PostgreSQL of this run's own with a table of 500 columns and so many rows. */
export async function prepareWide(rows: number, context: BenchContext): Promise<ExportTask> {
  const folder = await createWorkFolder(context);
  const server = await startBenchPostgres(folder, context);
  await executeSql(server.url('postgres'), 'CREATE DATABASE wide');
  const url = server.url('wide');
  context.log(`Making ${rows} rows of ${WIDE.columns.length} columns…`);
  await createWideTable(url, rows);
  return { url, folder, table: WIDE, rows, cleanup: context.cleanup };
}
