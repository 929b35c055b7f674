import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Workbook } from 'exceljs';
import { Client } from 'pg';
import { packageRoot } from '#platform';
import { ApiClient } from '../../deploy/demo/api-client';
import { ownCluster } from '../chaos/own-cluster';
import type { ServerProcess } from '../chaos/server-process';

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

export interface RunningSystem {
  readonly server: ServerProcess;
  readonly dataDir: string;
}

/** The main job of the README, on a fresh system with the sample data: the same in whichever mode it runs. */
export function describeMainJob(running: () => RunningSystem): void {
  it('finishes a report of the sample schedule within 90 s, with one line in the log', async () => {
    const giveUpAt = Date.now() + 90_000;
    let lines: string[] = [];
    const { server } = running();
    while (lines.length === 0 && Date.now() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      lines = server
        .output()
        .split('\n')
        .filter((line) => /\{.*"job completed"/.test(line));
    }
    // The name of its process may stand before it.
    const line = JSON.parse(/\{.*\}/.exec(lines[0] ?? '{}')?.[0] ?? '{}') as {
      rows: number;
      bytes: number;
      file: string;
    };
    expect(line.rows).toBeGreaterThan(1000);
    expect(line.bytes).toBeGreaterThan(10_000);
    expect(line.file).toMatch(/\/Delayed flights_.*\.csv$/);
  }, 100_000);

  describe('and the demo', () => {
    let output: string;
    let api: ApiClient;
    let dataDir: string;

    beforeAll(async () => {
      const { server } = running();
      ({ dataDir } = running());
      api = await ApiClient.signInAsAdmin(server.url, dataDir);
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
}
