import { join } from 'node:path';
import { ApiClient } from '../../../deploy/demo/api-client';
import { startServer, type ServerProcess } from '../../chaos/server-process';
import type { BenchContext } from '../harness/bench';
import { executeSql, startBenchPostgres } from '../harness/postgres';
import { createWorkFolder } from '../harness/work-folder';

/** What a report of so many rows selects; other columns for other types. */
const COLUMNS = ['id', 'customer', 'country', 'amount', 'paid', 'ordered_at'] as const;
export const SELECT = `SELECT ${COLUMNS.join(', ')} FROM public.orders`;

interface ProductServer {
  readonly server: ServerProcess;
  readonly api: ApiClient;
  /** Connection URL of the product's own database. */
  readonly productUrl: string;
  /** Connection URL of the database that reports read. */
  readonly reportingUrl: string;
  readonly folder: string;
  /** The template of a CSV file of all rows. */
  readonly templateId: string;
}

/** The whole product in one process, as `npm start` runs it, with a reporting database of so many orders. */
export async function startProduct(rows: number, context: BenchContext): Promise<ProductServer> {
  const folder = await createWorkFolder(context);
  const { url, product: productUrl } = await startBenchPostgres(folder, context);
  const reportingUrl = url('reporting');
  await executeSql(url('postgres'), 'CREATE DATABASE reporting');
  await executeSql(
    reportingUrl,
    `CREATE TABLE public.orders AS
     SELECT n AS id, 'Customer ' || n % 97 AS customer, (ARRAY['DE', 'FR', 'IN', 'US'])[n % 4 + 1] AS country,
            (n * 7 % 100000)::numeric(12,2) / 100 AS amount, n % 3 = 0 AS paid,
            timestamptz '2026-01-01 00:00:00Z' + n * interval '1 minute' AS ordered_at
     FROM generate_series(1, ${rows}) AS n`,
    'VACUUM ANALYZE public.orders',
  );
  const dataDir = join(folder, 'data');
  context.log('Starting the product…');
  const starting = startServer({
    DATABASE_URL: productUrl,
    DATA_DIR: dataDir,
    DATA_SOURCES: JSON.stringify({ reporting: reportingUrl }),
    LOG_LEVEL: 'warn',
  });
  context.cleanup.add('the product', async () => {
    const server = await starting.catch(() => undefined);
    await server?.stop();
  });
  const server = await starting;
  const api = await ApiClient.signInAsAdmin(server.url, dataDir);
  return { server, api, productUrl, reportingUrl, folder, templateId: await createTemplate(api) };
}

async function createTemplate(api: ApiClient): Promise<string> {
  const { body: dataset } = await api.expectOk<{ id: string }>('POST', '/v1/datasets', {
    name: 'Orders',
    dataSource: 'reporting',
    relation: { schema: 'public', name: 'orders' },
  });
  const { body: template } = await api.expectOk<{ id: string }>('POST', '/v1/templates', {
    name: 'All orders',
    definition: { datasetId: dataset.id, columns: COLUMNS.map((column) => ({ column })) },
  });
  return template.id;
}
