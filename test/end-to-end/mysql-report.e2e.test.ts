import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Workbook } from 'exceljs';
import { ApiClient } from '../../deploy/demo/api-client';
import { startServer, type ServerProcess } from '../chaos/server-process';
import { hasMariaDb, startMariaDb, type MariaDbServer } from '../mariadb/server';

const PASSWORD = 'p&ssword that nobody may see';
const NEXT_PASSWORD = 'the one after it';
const COLUMNS = [
  { column: 'id' },
  { column: 'placed_at', header: 'Placed', format: 'dd.MM.yyyy' },
  { column: 'customer' },
  { column: 'total', header: 'Total' },
];
/** What the template below asks for, as a person would write it by hand. */
const BY_HAND = `
  SELECT id, date_format(placed_at, '%d.%m.%Y'), customer, total FROM shop.orders
  WHERE total >= 900 AND customer LIKE '%ü%' ORDER BY total DESC, id`;

interface EndedJob {
  readonly status: string;
  readonly failure: { readonly code: string } | null;
}

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB DID NOT RUN THE END-TO-END TEST: mariadbd is not in the PATH.\n');

(isInstalled ? describe : describe.skip)('a report over MariaDB', () => {
  let folder: string;
  let mariaDb: MariaDbServer;
  let server: ServerProcess;
  let api: ApiClient;
  let templateId: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-scheduler-mysql-e2e-'));
    await chmod(folder, 0o755);
    const dataDir = join(folder, 'data');
    mariaDb = await startMariaDb();
    await mariaDb.execute(`
      CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;
      CREATE TABLE shop.orders (id int PRIMARY KEY, placed_at datetime, customer varchar(40), total decimal(10, 2));
      INSERT INTO shop.orders SELECT seq, '2026-01-01' + INTERVAL seq HOUR, elt(1 + seq % 4, 'Müller', 'Günther, "G"', 'Smith', NULL),
        nullif(seq % 1000, 7) + seq / 100 % 1 FROM seq_1_to_10000;
      CREATE USER reader@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';
      GRANT SELECT ON shop.* TO reader@'127.0.0.1';`);
    server = await startServer({ DATA_DIR: dataDir, SAMPLE_DATA: 'off' });
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    await mariaDb.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const source = (password: string) => ({
    kind: 'mysql',
    mysql: {
      host: '127.0.0.1',
      port: mariaDb.address.port,
      database: 'shop',
      user: 'reader',
      tls: { mode: 'disable' },
    },
    password,
  });

  async function send<Body>(method: string, path: string, body?: object, etag?: string): Promise<Body> {
    return (await api.expectOk<Body>(method, path, body, etag === undefined ? {} : { 'If-Match': etag })).body;
  }

  /** Runs the template, and follows its job's events to the end of their stream. */
  async function run(): Promise<EndedJob & { readonly id: string }> {
    const { id } = await send<{ id: string }>('POST', `/v1/templates/${templateId}/run`, {});
    await (await api.raw('GET', `/v1/job-requests/${id}/events`)).text();
    return { ...(await send<EndedJob>('GET', `/v1/job-requests/${id}`)), id };
  }

  async function fileOf(jobId: string): Promise<Buffer> {
    const { files } = await send<{ files: { href: string }[] }>('GET', `/v1/job-requests/${jobId}/output`);
    expect(files).toHaveLength(1);
    const answer = await api.raw('GET', files[0]?.href ?? '');
    return Buffer.from(await answer.arrayBuffer());
  }

  const byHand = async () =>
    (await mariaDb.execute(BY_HAND))
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));

  it('is set up over HTTP, from the data source to the template', async () => {
    const tested = await send('POST', '/v1/data-sources/test', source(PASSWORD));
    expect(tested).toEqual({ ok: true, reason: null, message: 'The connection works.' });
    await send('POST', '/v1/data-sources', { name: 'shop', ...source(PASSWORD) });
    expect(await send('GET', '/v1/data-sources/shop/relations')).toEqual({
      items: [{ schema: 'shop', name: 'orders', kind: 'table' }],
    });
    const { id: datasetId } = await send<{ id: string }>('POST', '/v1/datasets', {
      name: 'Orders',
      dataSource: 'shop',
      relation: { schema: 'shop', name: 'orders' },
    });
    const definition = {
      datasetId,
      columns: COLUMNS,
      filter: {
        type: 'and',
        nodes: [
          { type: 'condition', column: 'total', operator: 'gte', value: 900 },
          { type: 'condition', column: 'customer', operator: 'contains', value: 'ü' },
        ],
      },
      sort: [
        { header: 'Total', direction: 'descending' },
        { header: 'Id', direction: 'ascending' },
      ],
      output: { format: 'csv' },
    };
    ({ id: templateId } = await send<{ id: string }>('POST', '/v1/templates', { name: 'Large orders', definition }));
  });

  it('is a CSV file with just the rows of the same query by hand', async () => {
    const job = await run();
    expect(job).toMatchObject({ status: 'completed', failure: null });
    const expected = await byHand();
    expect(expected.length).toBeGreaterThan(400);
    const quoted = (value: string): string => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    const lines = (await fileOf(job.id))
      .toString()
      .replace(/^\ufeff/, '')
      .trimEnd()
      .split(/\r?\n/);
    expect(lines).toEqual(['Id,Placed,Customer,Total', ...expected.map((row) => row.map(quoted).join(','))]);
  }, 60_000);

  it('is an XLSX file with the same rows as typed cells', async () => {
    const { body, headers } = await api.expectOk<{ name: string; definition: object }>(
      'GET',
      `/v1/templates/${templateId}`,
    );
    const definition = { ...body.definition, output: { format: 'xlsx' } };
    await send('PUT', `/v1/templates/${templateId}`, { name: body.name, definition }, headers.get('etag') ?? '');
    const job = await run();
    expect(job).toMatchObject({ status: 'completed', failure: null });
    const workbook = new Workbook();
    await workbook.xlsx.load((await fileOf(job.id)).buffer as ArrayBuffer);
    const rows: unknown[][] = [];
    workbook.worksheets[0]?.eachRow((row) => rows.push((row.values as unknown[]).slice(1)));
    expect(rows[0]).toEqual(['Id', 'Placed', 'Customer', 'Total']);
    const days = rows
      .slice(1)
      .map(([id, placed, ...rest]) => [id, (placed as Date).toISOString().slice(0, 10), ...rest]);
    const expected = (await byHand()).map(([id, placed = '', customer, total]) => [
      ...[Number(id), placed.split('.').reverse().join('-'), customer, Number(total)],
    ]);
    expect(days).toEqual(expected);
  }, 60_000);

  /** What the template's run is refused with, before there is a job. */
  async function refusal(): Promise<unknown> {
    const { status, body } = await api.send<{ errors: unknown }>('POST', `/v1/templates/${templateId}/run`, {});
    return { status, errors: body.errors };
  }
  const unreachable = (message: RegExp) => ({
    status: 422,
    errors: [
      { code: 'dataset.unreachable', pointer: '/definition/datasetId', message: expect.stringMatching(message) },
    ],
  });

  it('is refused when the password is another one, and runs once the new one is told', async () => {
    await mariaDb.execute(`ALTER USER reader@'127.0.0.1' IDENTIFIED BY '${NEXT_PASSWORD}'`);
    // The connections of the pool would go on with the old one.
    await mariaDb.execute("KILL HARD USER reader@'127.0.0.1'");
    expect(await refusal()).toEqual(unreachable(/refuses the sign-in/));
    const { headers } = await api.expectOk('GET', '/v1/data-sources/shop');
    await send('PUT', '/v1/data-sources/shop', source(NEXT_PASSWORD), headers.get('etag') ?? '');
    expect(await run()).toMatchObject({ status: 'completed' });
  }, 60_000);

  it('is refused when its data source is retired', async () => {
    await send('POST', '/v1/data-sources/shop/retire');
    expect(await refusal()).toEqual(unreachable(/"shop" does not exist, or was retired/));
  });

  it('leaves no password in the log of the server', () => {
    expect(server.output()).toContain('job completed');
    for (const password of [PASSWORD, NEXT_PASSWORD]) expect(server.output()).not.toContain(password);
  });
});
