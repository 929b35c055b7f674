import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { figuresOf, startBench } from './bench-process';

/** What a bench may miss on a machine that lacks its peers. */
const OF_PEERS = /pgbench|single_ratio|psql|xlsxwriter/;

describe('every bench measures what it says, at a tiny size', () => {
  it.each([
    [
      'append',
      ['--runs', '1', '--appends', '100', '--batch-events', '200', '--batch', '50'],
      ['single_per_s', 'single_p99_ms', 'batch_events_per_s', 'plain_events_per_s', 'batch_ratio'],
    ],
    [
      'append-six',
      ['--runs', '1', '--appends', '20'],
      ['events_per_s', 'p99_ms', 'one_process_per_s', 'ratio_one_process'],
    ],
    [
      'projection',
      ['--runs', '1', '--events', '2000', '--templates', '5'],
      ['events_per_s', 'read_per_s', 'write_per_s', 'limit_ratio'],
    ],
    [
      'latency',
      ['--requests', '3', '--rows', '100', '--minutes', '0'],
      ['run_now_p50_ms', 'run_now_p99_ms', 'run_now_seen_p50_ms', 'direct_p50_ms'],
    ],
    [
      'dispatch',
      ['--runs', '1', '--jobs', '50', '--slots', '4'],
      ['jobs_per_s', 'graphile_per_s', 'ratio_graphile', 'rss_mib'],
    ],
    ['fairness', ['--flood', '20', '--requests', '2', '--length', '50'], ['job_lengths', 'median_job_lengths']],
    ['export-csv', ['--runs', '1', '--rows', '1000'], ['rows_per_s', 'rss_mib']],
    [
      'export-xlsx',
      ['--runs', '1', '--rows', '1000'],
      ['rows_per_s', 'rss_mib', 'exceljs_rows_per_s', 'exceljs_rss_mib', 'ratio_exceljs'],
    ],
    ['export-xlsx', ['--runs', '1', '--rows', '1000', '--sheets', '3'], ['rows_per_s', 'rss_mib']],
    [
      'export-parquet',
      ['--runs', '1', '--rows', '1000'],
      ['rows_per_s', 'rss_mib', 'duckdb_rows_per_s', 'duckdb_rss_mib', 'ratio_duckdb'],
    ],
    [
      'export-wide',
      ['--runs', '1', '--rows', '100'],
      ['csv', 'xlsx', 'jsonl', 'parquet'].flatMap((format) => [`${format}_rows_per_s`, `${format}_rss_mib`]),
    ],
    [
      'export-two',
      ['--runs', '1', '--rows', '1000'],
      ['', 'xlsx_'].flatMap((format) =>
        ['one_ms', 'two_ms', 'two_over_one', 'loop_p99_ms'].map((name) => format + name),
      ),
    ],
  ])(
    '%s',
    async (name, sizes, expected) => {
      const figures = await figuresOf(name, ...sizes);
      const own = Object.keys(figures).filter(
        (figure) => !OF_PEERS.test(figure) && (name !== 'latency' || figure !== 'rss_mib'),
      );
      expect(own.sort()).toEqual([...expected].sort());
      expect(Object.entries(figures).filter(([, value]) => !(value > 0))).toEqual([]);
    },
    120_000,
  );
});

describe('Ctrl-C', () => {
  it('leaves neither a folder nor a PostgreSQL behind', async () => {
    const bench = startBench('append');
    let told = '';
    const measuring = new Promise<void>((resolve, reject) => {
      bench.stderr.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.includes('Warming up')) resolve();
      });
      bench.once('exit', () => reject(new Error(told)));
    });
    await measuring;
    const folder = /data folder in (\S+)\/postgres\/cluster/.exec(told)?.[1] ?? '';
    expect(existsSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'))).toBe(true);
    // Twice, as from a terminal through npm.
    bench.kill('SIGINT');
    bench.kill('SIGINT');
    const [code] = (await once(bench, 'exit')) as [number];
    expect(code).toBe(130);
    expect(existsSync(folder)).toBe(false);
  }, 60_000);
});
