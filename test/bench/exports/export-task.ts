import type { BenchContext } from '../harness/bench';
import { startBenchPostgres } from '../harness/postgres';
import { createWorkFolder } from '../harness/work-folder';
import { loadSampleData } from '../../../deploy/samples';
import type { ExportTask } from './contestants';

/** A PostgreSQL of this run's own with so many sample flights. */
export async function prepareExports(rows: number, context: BenchContext): Promise<ExportTask> {
  const folder = await createWorkFolder(context);
  const server = await startBenchPostgres(folder, context);
  const { url } = await loadSampleData({ url: server.url('postgres'), log: context.log, flights: rows });
  return { url, folder, rows, cleanup: context.cleanup };
}
