import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Workbook } from 'exceljs';
import { Client } from 'pg';
import { packageRoot } from '#platform';
import { ApiClient } from '../../deploy/demo/api-client';
import { ownCluster } from '../chaos/own-cluster';
import { startServer, type ServerProcess } from '../chaos/server-process';

const MAIN = join(packageRoot(), 'dist', 'apps', 'standalone', 'src', 'main.js');
const DEMO = join(packageRoot(), 'dist', 'deploy', 'demo', 'main.js');
const run = promisify(execFile);

/** The query that a person would write by hand for the demo's template. */
const BY_HAND = `
  SELECT to_char("date", 'YYYY-MM-DD HH24:MI:SS') AS departure, origin, destination, delay, distance
  FROM public.flights
  WHERE "date" >= date_trunc('week', $1::timestamptz AT TIME ZONE $2) - interval '1 week'
    AND "date" < date_trunc('week', $1::timestamptz AT TIME ZONE $2) AND delay >= 120
  ORDER BY delay DESC`;

interface Job {
  readonly nominalTime: string;
  readonly timeZone: string;
  readonly origin: string;
  readonly jobOutput: { readonly rows: number; readonly files: readonly { readonly name: string }[] };
}

describe('a fresh server with the sample data', () => {
  let folder: string;
  let dataDir: string;
  let server: ServerProcess;
  let api: ApiClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-scheduler-e2e-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'data');
    server = await startServer({ DATA_DIR: dataDir });
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says where it is, how to sign in and what to try, and keeps the credentials to itself', () => {
    const { password } = JSON.parse(readFileSync(join(dataDir, 'credentials'), 'utf8')) as { password: string };
    expect(server.output()).toContain(server.url);
    expect(server.output()).toContain(`user admin, password ${password}`);
    expect(server.output()).toContain('Three things to try next');
    expect(statSync(join(dataDir, 'credentials')).mode & 0o777).toBe(0o600);
  });

  it('finishes a report of the sample schedule within 90 s, with one line in the log', async () => {
    const giveUpAt = Date.now() + 90_000;
    let lines: string[] = [];
    while (lines.length === 0 && Date.now() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      lines = server
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.includes('"job completed"'));
    }
    const line = JSON.parse(lines[0] ?? '{}') as { rows: number; bytes: number; file: string };
    expect(line.rows).toBeGreaterThan(1000);
    expect(line.bytes).toBeGreaterThan(10_000);
    expect(line.file).toMatch(/\/Delayed flights_.*\.csv$/);
  }, 100_000);

  describe('and the demo', () => {
    let output: string;

    beforeAll(async () => {
      const env = { ...process.env, PORT: new URL(server.url).port, DATA_DIR: dataDir };
      ({ stdout: output } = await run(process.execPath, [DEMO], { env }));
    }, 150_000);

    async function finished(origin: string): Promise<Job> {
      const { body } = await api.expectOk<{ items: Job[] }>('GET', `/v1/job-requests?origin=${origin}&limit=100`);
      const job = body.items.find(({ jobOutput }) =>
        jobOutput.files.some(({ name }) => name.startsWith('Long delays of last week')),
      );
      if (!job) throw new Error(`the demo left no job of origin ${origin}`);
      return job;
    }

    function fileOf(kind: string): string {
      const path = new RegExp(`^ +${kind} +(/.+)$`, 'm').exec(output)?.[1];
      if (path === undefined) throw new Error(`the demo named no ${kind} file:\n${output}`);
      return path;
    }

    async function rowsByHand({ nominalTime, timeZone }: Job): Promise<unknown[][]> {
      const client = new Client(ownCluster(dataDir).url('sample_reporting'));
      await client.connect();
      try {
        const { rows } = await client.query<unknown[]>({
          text: BY_HAND,
          values: [nominalTime, timeZone],
          rowMode: 'array',
        });
        return rows;
      } finally {
        await client.end();
      }
    }

    /** Ties in the sort order may stand in any order. */
    const sorted = (rows: readonly unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

    it('tells commands, events and rows', () => {
      for (const part of [
        'column.unknown at /definition/columns/0/column',
        'TemplateCreated',
        'ScheduleDefined',
        'JobRequested',
        'JobStarted',
        'JobCompleted',
        'TemplateRevised',
        'self_service_schedule: ',
        'batch_type_id=4',
        'template_job_mapping: ',
      ]) {
        expect(output).toContain(part);
      }
    });

    it('leaves a CSV file with just the rows of the same query by hand', async () => {
      const lines = readFileSync(fileOf('CSV'), 'utf8').split('\r\n').slice(0, -1);
      expect(lines[0]).toBe('Departure,From,To,Delay (min),Miles');
      const expected = await rowsByHand(await finished('schedule'));
      expect(expected.length).toBeGreaterThan(100);
      const thousands = (miles: number): string =>
        miles >= 1000 ? `"${miles.toLocaleString('en-US')}"` : String(miles);
      const asText = expected.map(([date, from, to, delay, miles]) =>
        [date, from, to, delay, thousands(miles as number)].join(','),
      );
      expect(lines.slice(1).sort()).toEqual(asText.sort());
    });

    it('leaves an XLSX file with the same rows as typed cells', async () => {
      const workbook = new Workbook();
      await workbook.xlsx.readFile(fileOf('XLSX'));
      const sheet = workbook.getWorksheet('Delays');
      const rows: unknown[][] = [];
      sheet?.eachRow((row) => rows.push((row.values as unknown[]).slice(1)));
      expect(rows[0]).toEqual(['Departure', 'From', 'To', 'Delay (min)', 'Miles']);
      const expected = await rowsByHand(await finished('run_now'));
      const found = rows
        .slice(1)
        .map(([date, ...rest]) => [(date as Date).toISOString().slice(0, 19).replace('T', ' '), ...rest]);
      expect(sorted(found)).toEqual(sorted(expected));
      expect(sheet?.getCell('E2').numFmt).toBe('#,##0');
    });
  });

  it('refuses a port and a data folder that are in use, in one line each', async () => {
    const { port } = new URL(server.url);
    const attempt = (env: Record<string, string>) =>
      run(process.execPath, [MAIN], { env: { PATH: process.env.PATH, ...env } }).then(
        () => 'it started',
        (error: unknown) => (error as { stderr: string }).stderr.trim(),
      );
    expect(await attempt({ PORT: port, DATA_DIR: join(folder, 'other') })).toMatch(
      new RegExp(`^Port ${port} is in use\\. Choose another one: PORT=\\d+ npm start$`),
    );
    expect(await attempt({ PORT: '0', DATA_DIR: dataDir })).toMatch(
      /^The data folder .* is in use by process \d+: .*$/,
    );
    expect(existsSync(join(folder, 'other', 'postgres'))).toBe(false);
  }, 60_000);

  it('stops cleanly on Ctrl-C, leaves no process behind, and is up again in under 10 s with its data', async () => {
    const postmaster = ownCluster(dataDir).pid;
    expect(await server.stop()).toBe(0);
    expect(isAlive(postmaster)).toBe(false);
    const began = performance.now();
    server = await startServer({ DATA_DIR: dataDir });
    expect(performance.now() - began).toBeLessThan(10_000);
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
    const { body } = await api.expectOk<{ items: { name: string }[] }>('GET', '/v1/templates?search=Long');
    expect(body.items.map(({ name }) => name)).toEqual(['Long delays of last week']);
  }, 60_000);

  it('takes the two signals of one Ctrl-C below npm for one', async () => {
    const postmaster = ownCluster(dataDir).pid;
    process.kill(server.pid, 'SIGINT');
    process.kill(server.pid, 'SIGINT');
    await new Promise((resolve) => setImmediate(resolve));
    process.kill(server.pid, 'SIGINT');
    expect(await server.exited).toBe(0);
    expect(isAlive(postmaster)).toBe(false);
    server = await startServer({ DATA_DIR: dataDir });
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
  }, 60_000);

  it('recovers by itself after kill -9', async () => {
    await server.kill();
    server = await startServer({ DATA_DIR: dataDir });
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
    const { body } = await api.expectOk<{ items: unknown[] }>('GET', '/v1/schedules');
    expect(body.items.length).toBeGreaterThan(0);
  }, 60_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
