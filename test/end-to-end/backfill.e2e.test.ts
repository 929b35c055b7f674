import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { ApiClient } from '../../deploy/demo/api-client';
import { ownCluster } from '../chaos/own-cluster';
import { startServer, type ServerProcess } from '../chaos/server-process';

const DAY_MS = 86_400_000;
const DAYS = 30;
/** The rows of the template below for a nominal time, as a person would count them. */
const BY_HAND = `
  SELECT count(*)::integer AS rows FROM public.flights
  WHERE "date" >= date_trunc('day', $1::timestamptz AT TIME ZONE 'Europe/Berlin') - interval '1 day'
    AND "date" < date_trunc('day', $1::timestamptz AT TIME ZONE 'Europe/Berlin') AND delay >= 120`;

interface Backfill {
  readonly status: string;
  readonly progress: Readonly<Record<'total' | 'requested' | 'running' | 'completed' | 'failed', number>>;
}
interface Job {
  readonly nominalTime: string;
  readonly status: string;
  readonly rowCount: number;
}

describe('a backfill on a server that is killed', () => {
  let dataDir: string;
  let folder: string;
  let server: ServerProcess;
  let api: ApiClient;

  async function start(): Promise<void> {
    server = await startServer({ DATA_DIR: dataDir });
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-scheduler-e2e-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'data');
    await start();
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function schedule(): Promise<string> {
    const { body: datasets } = await api.expectOk<{ items: { datasetId: string; name: string }[] }>(
      'GET',
      '/v1/datasets?limit=100',
    );
    const datasetId = datasets.items.find(({ name }) => name === 'Flights')?.datasetId;
    const condition = { type: 'condition', column: 'date', operator: 'during' };
    const { body: template } = await api.expectOk<{ id: string }>('POST', '/v1/templates', {
      name: 'Long delays of the day before',
      definition: {
        datasetId,
        columns: [{ column: 'origin' }, { column: 'delay' }],
        filter: {
          type: 'and',
          nodes: [
            { ...condition, operands: [{ type: 'period', period: 'previous', unit: 'day', count: 1 }] },
            { type: 'condition', column: 'delay', operator: 'gte', value: 120 },
          ],
        },
      },
    });
    const { body } = await api.expectOk<{ id: string }>('POST', '/v1/schedules', {
      ...{ templateId: template.id, name: 'Each morning', timeZone: 'Europe/Berlin' },
      recurrence: { type: 'daily', time: '06:00' },
    });
    return body.id;
  }

  /** Asks again until the backfill is so. */
  async function until(address: string, enough: (backfill: Backfill) => boolean): Promise<Backfill> {
    const giveUpAt = Date.now() + 90_000;
    for (;;) {
      const { body } = await api.expectOk<Backfill>('GET', address);
      if (enough(body)) return body;
      if (Date.now() > giveUpAt) throw new Error(`the backfill stands still: ${JSON.stringify(body)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('makes each report once, with the rows of its own day', async () => {
    const address = `/v1/schedules/${await schedule()}/backfills`;
    const now = Date.now();
    const { body } = await api.expectOk<{ id: string }>('POST', address, {
      ...{ from: new Date(now - DAYS * DAY_MS).toISOString(), to: new Date(now).toISOString(), concurrency: 3 },
    });
    await until(`${address}/${body.id}`, ({ progress }) => progress.completed >= 3);
    await server.kill();
    await start();
    const { progress } = await until(`${address}/${body.id}`, ({ status }) => status === 'completed');
    expect(progress).toMatchObject({ requested: progress.total, running: 0, completed: progress.total, failed: 0 });

    const { body: jobs } = await api.expectOk<{ items: Job[] }>(
      'GET',
      `/v1/job-requests?backfillId=${body.id}&limit=200`,
    );
    const times = new Set(jobs.items.map(({ nominalTime }) => nominalTime));
    expect([jobs.items.length, times.size]).toEqual([progress.total, progress.total]);
    // A change of the clocks may add or take an hour.
    expect(Math.abs(progress.total - DAYS)).toBeLessThanOrEqual(1);
    const client = new Client(ownCluster(dataDir).url('sample_reporting'));
    await client.connect();
    try {
      for (const { nominalTime, rowCount } of jobs.items) {
        const { rows } = await client.query<{ rows: number }>(BY_HAND, [nominalTime]);
        expect({ nominalTime, rowCount }).toEqual({ nominalTime, rowCount: rows[0]?.rows });
      }
    } finally {
      await client.end();
    }
    expect(jobs.items.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBeGreaterThan(0);
  }, 240_000);
});
