import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, type OutputOptions } from '#domain';
import { datasetColumn } from '#domain/testing';
import { DiskFileStore } from '#file-store';
import type { ExportParts } from './export-request';
import { openExportWorld, type ExportWorld } from './testing/export-world';

const OUTPUTS: readonly OutputOptions[] = [
  { ...DEFAULT_CSV, compression: 'gzip' },
  { ...DEFAULT_CSV, encoding: 'utf-16le' },
  DEFAULT_JSON_LINES,
  { ...DEFAULT_JSON_LINES, compression: 'gzip' },
  DEFAULT_PARQUET,
];
const COLUMNS = [datasetColumn('id', 'integer'), datasetColumn('name', 'string')];

let world: ExportWorld;
let scratch: string;

beforeAll(async () => {
  world = await openExportWorld();
  scratch = await mkdtemp(join(tmpdir(), 'export-scratch-'));
  await world.admin.query(`
    CREATE VIEW public.breaks AS SELECT g AS id, repeat('x', 1000) || (1 / (20000 - g))::text AS name
      FROM (SELECT generate_series(1, 30000) AS g) AS numbers;
    CREATE VIEW public.endless AS SELECT g AS id, md5(g::text) AS name
      FROM (SELECT generate_series(1, 1000000000) AS g) AS numbers;
    CREATE VIEW public.many AS SELECT g AS id, md5(g::text) || md5(g::text) AS name
      FROM (SELECT generate_series(1, 300000) AS g) AS numbers;
    CREATE VIEW public.slow AS
      SELECT g AS id, md5(g::text) || md5((g + 1)::text) || md5((g + 2)::text) || md5((g + 3)::text) AS name
        FROM (SELECT generate_series(1, 1000000) AS g) AS numbers;
    CREATE VIEW public.huge AS SELECT g AS id, repeat(md5(g::text), 6000) AS name
      FROM (SELECT generate_series(1, 2100) AS g) AS numbers;
    CREATE VIEW public.long AS SELECT g AS id, repeat('x', 5000000 * g) AS name
      FROM (SELECT generate_series(1, 2) AS g) AS numbers`);
});
afterAll(async () => {
  await rm(scratch, { recursive: true });
  await world.close();
});
afterEach(async () => {
  await world.clear();
  expect(await readdir(scratch)).toEqual([]);
});

const run = (relation: string, output: OutputOptions, parts: Partial<ExportParts> = {}) =>
  world.run({ relation, dataset: COLUMNS, output }, { scratchRoot: scratch, ...parts });

describe.each(OUTPUTS.map((output) => [label(output), output] as const))('%s', (_name, output) => {
  it('leaves nothing of a query that fails half-way', async () => {
    await expect(run('breaks', output)).rejects.toMatchObject({ code: 'data_source.value_invalid' });
    expect(await world.filesLeft()).toEqual([]);
    expect(await world.runningQueries()).toBe(0);
  });

  it('leaves nothing of a source that dies half-way', async () => {
    const killed = run('endless', output, {
      onProgress: () => {
        void world.admin.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        );
      },
    });
    await expect(killed).rejects.toMatchObject({ code: 'data_source.unreachable', transient: true });
    expect(await world.filesLeft()).toEqual([]);
  });

  it('stops within a second when it is told to, and leaves nothing', async () => {
    const controller = new AbortController();
    let told = 0;
    const stopped = run('endless', output, {
      signal: controller.signal,
      onProgress: () => {
        told ||= performance.now();
        controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'export.cancelled', transient: true });
    while ((await world.runningQueries()) > 0);
    expect(performance.now() - told).toBeLessThan(1_000);
    expect(await world.filesLeft()).toEqual([]);
  });

  it('passes on that the file store is full', async () => {
    const fileStore = new DiskFileStore(join(scratch, 'store'));
    const create = fileStore.create.bind(fileStore);
    fileStore.create = async (key) => {
      const upload = await create(key);
      upload.stream.destroy(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
      return upload;
    };
    await expect(run('many', output, { fileStore })).rejects.toMatchObject({ name: 'ExportFailure' });
    while ((await world.runningQueries()) > 0);
    await rm(join(scratch, 'store'), { recursive: true });
  });

  it('takes no more memory for 300,000 rows', async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const measure = (): void => void (peak = Math.max(peak, process.memoryUsage().rss));
    const watch = setInterval(measure, 20);
    await run('many', output);
    clearInterval(watch);
    expect((peak - before) / 1024 / 1024).toBeLessThan(output.format === 'parquet' ? 320 : 96);
  });
});

describe('Parquet', () => {
  it('stops within a second while the file is made', async () => {
    const controller = new AbortController();
    const output = { ...DEFAULT_PARQUET, compression: 'gzip' } as const;
    const stopped = run('slow', output, { signal: controller.signal }).catch((error: unknown) => error);
    // DuckDB begins its file when the last row is there, and needs seconds for it.
    while (!(await readdir(scratch, { recursive: true })).some((name) => name.endsWith('report.parquet')));
    const told = performance.now();
    controller.abort();
    expect(await stopped).toMatchObject({ code: 'export.cancelled' });
    expect(performance.now() - told).toBeLessThan(1_000);
  });

  it('holds texts of many megabytes', async () => {
    expect(await run('long', DEFAULT_PARQUET)).toMatchObject({ rows: 2 });
  });

  it('says that the rows are too large for its memory', async () => {
    await expect(run('huge', DEFAULT_PARQUET)).rejects.toMatchObject({
      code: 'parquet.rows_too_large',
      transient: false,
    });
  });

  it('says that its temporary folder cannot be used', async () => {
    const failure = run('many', DEFAULT_PARQUET, { scratchRoot: join(scratch, 'missing') });
    await expect(failure).rejects.toMatchObject({ code: 'export.scratch_unavailable', transient: true });
  });

  it('removes what a process that was killed left, and nobody else’s', async () => {
    const ended = spawnSync(process.execPath, ['-e', '']).pid;
    const left = `report-scheduler-export_${hostname()}_${ended}_x`;
    const others = [
      `report-scheduler-export_another-host_${ended}_x`,
      `report-scheduler-export_${hostname()}_1_x`,
      'other',
    ];
    for (const name of [left, ...others]) await mkdir(join(scratch, name));
    await run('many', DEFAULT_PARQUET);
    expect((await readdir(scratch)).sort()).toEqual([...others].sort());
    for (const name of others) await rm(join(scratch, name), { recursive: true });
  });
});

function label(output: OutputOptions): string {
  const { format } = output;
  return format === 'csv'
    ? `${format} ${output.encoding} ${output.compression}`
    : `${format} ${'compression' in output ? output.compression : ''}`;
}
