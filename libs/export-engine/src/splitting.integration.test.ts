import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import {
  DEFAULT_CSV,
  DEFAULT_JSON_LINES,
  DEFAULT_PARQUET,
  DEFAULT_XLSX,
  PLAIN_REPORT,
  type OutputOptions,
  type ReportLimits,
  type TemplateDefinition,
} from '#domain';
import { DATASET_ID, datasetColumn, NOON, reportColumn } from '#domain/testing';
import type { ExportLimits, ExportParts } from './export-request';
import { openExportWorld, type ExportWorld } from './testing/export-world';
import { readFiles, rowsOf, type FileContent, type Row } from './testing/read-rows';

const OUTPUTS: readonly (readonly [string, OutputOptions])[] = [
  ['csv', DEFAULT_CSV],
  ['csv.gz', { ...DEFAULT_CSV, quoting: 'all', compression: 'gzip' }],
  ['xlsx', DEFAULT_XLSX],
  ['jsonl', DEFAULT_JSON_LINES],
  ['parquet', DEFAULT_PARQUET],
];
const COLUMNS = [datasetColumn('id', 'integer'), datasetColumn('region', 'string'), datasetColumn('day', 'date')];
const BY_ID = [{ header: 'id', direction: 'ascending' }] as const;
const SYSTEM: ExportLimits = { maxRows: 1_000_000, timeoutMs: 60_000 };
/** Regions are NULL, empty, alike but for case, names of devices, no names at all. */
const REGIONS = ['North', 'north', 'South, "the"', '../../x', 'CON', '', null, '😀'.repeat(80)];

const SWAPPED: Readonly<Record<string, string>> = { North: 'North (2)', 'north (2)': 'north' };

let world: ExportWorld;

beforeAll(async () => {
  world = await openExportWorld();
  await world.admin.query(
    `CREATE TABLE public.sales AS
       SELECT id, ($1::text[])[1 + id % 8] AS region, date '2026-01-30' + id % 60 AS day FROM generate_series(1, 40) AS id`,
    [REGIONS],
  );
  await world.admin.query(`
    CREATE VIEW public.many AS SELECT id, 'r' || id % 7 AS region, date '2026-01-01' AS day FROM generate_series(1, 20000) AS id;
    CREATE VIEW public.none AS SELECT * FROM public.sales WHERE false;
    CREATE VIEW public.breaks AS SELECT 1 / (15000 - id) AS id, region, day FROM public.many;
    CREATE VIEW public.numbers AS
      SELECT id, (ARRAY['1', '1.0', '2', NULL])[1 + id % 4]::numeric AS amount FROM generate_series(1, 8) AS id`);
});
afterAll(() => world.close());
afterEach(() => world.clear());

const limits = (more: Partial<ReportLimits>) => ({ limits: { ...PLAIN_REPORT.limits, ...more } });

interface Run {
  readonly relation?: string;
  readonly system?: Partial<ExportLimits>;
  readonly parts?: Partial<ExportParts>;
}

async function run(
  output: OutputOptions,
  more: Partial<TemplateDefinition>,
  { relation = 'sales', system, parts }: Run = {},
) {
  const report = { relation, dataset: COLUMNS, output, more: { sort: BY_ID, ...more } };
  const made = await world.run(report, { limits: { ...SYSTEM, ...system }, ...parts });
  return { made, files: await readFiles(world, made) };
}

const idsOf = (rows: readonly Row[]): number[] => rows.map(([id]) => Number(id));
const idsByFile = (files: readonly FileContent[]) => files.map((file) => idsOf(rowsOf([file])));
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

describe.each(OUTPUTS)('%s', (extension, output) => {
  it('goes on in another file when a file has its rows', async () => {
    const { made, files } = await run(output, limits({ rowsPerFile: 15, whenReached: 'split_files' }));
    expect(idsByFile(files)).toEqual([upTo(15), upTo(15, 16), upTo(10, 31)]);
    expect(made.files.map(({ name, rows }) => [name, rows])).toEqual([
      [`All_2026-11-23T1200_1-of-3.${extension}`, 15],
      [`All_2026-11-23T1200_2-of-3.${extension}`, 15],
      [`All_2026-11-23T1200_3-of-3.${extension}`, 10],
    ]);
    expect(made).toMatchObject({ rows: 40, truncated: false, warnings: [] });
    for (const { key, bytes, sha256 } of made.files) {
      const stored = await readFile(world.pathOf(made, key));
      expect([stored.length, createHash('sha256').update(stored).digest('hex')]).toEqual([bytes, sha256]);
    }
  });

  it('begins no file without rows', async () => {
    const { made } = await run(output, limits({ rowsPerFile: 20, whenReached: 'split_files' }));
    expect(made.files.map(({ rows }) => rows)).toEqual([20, 20]);
  });

  it('is cut where its template says so', async () => {
    const { made, files } = await run(output, limits({ rowsPerFile: 15 }));
    expect(idsByFile(files)).toEqual([upTo(15)]);
    expect(made).toMatchObject({
      ...{ rows: 15, truncated: true },
      warnings: [
        {
          code: 'limit.rows_per_file',
          message: 'The report was cut at the 15 rows of a file that its template allows.',
        },
      ],
    });
    expect(made.files[0]?.name).toBe(`All_2026-11-23T1200.${extension}`);
  });

  it('fails where its template says so, and leaves nothing', async () => {
    const failing = (more: Partial<ReportLimits>, rowLimit: number | null = null) =>
      run(output, { ...limits({ whenReached: 'fail', ...more }), rowLimit });
    await expect(failing({ rowsPerFile: 39 })).rejects.toMatchObject({
      ...{ name: 'ExportFailure', code: 'limit.rows_per_file', transient: false },
      message: expect.stringMatching(/more than the 39 rows of a file that its template allows\. Narrow/),
    });
    await expect(failing({}, 39)).rejects.toMatchObject({ code: 'limit.rows' });
    await expect(failing({ bytesPerFile: 20 })).rejects.toMatchObject({ code: 'limit.bytes_per_file' });
    expect(await world.filesLeft()).toEqual([]);
    expect((await failing({ rowsPerFile: 40 }, 40)).made).toMatchObject({ rows: 40, truncated: false });
  });

  it('goes on in another file when a file has its bytes', async () => {
    const whole = (await run(output, {}, { relation: 'many' })).made.files[0]?.bytes ?? 0;
    const bytesPerFile = Math.ceil(whole / 4);
    const { made, files } = await run(output, limits({ bytesPerFile, whenReached: 'split_files' }), {
      relation: 'many',
    });
    expect(idsOf(rowsOf(files))).toEqual(upTo(20_000));
    const sizes = made.files.map(({ bytes }) => bytes);
    if (extension === 'csv' || extension === 'jsonl') {
      // Full to the last row.
      expect(sizes).toHaveLength(4);
      for (const bytes of sizes.slice(0, -1)) expect(Math.abs(bytes - bytesPerFile)).toBeLessThan(150);
    } else {
      // What is being compressed belongs to the file.
      expect(sizes.length).toBeGreaterThan(1);
      for (const bytes of sizes) expect(bytes).toBeLessThan(whole);
    }
  });

  it('is cut when a file has its bytes, and its query ends', async () => {
    const { made, files } = await run(output, limits({ bytesPerFile: 30_000 }), { relation: 'many' });
    expect(made).toMatchObject({ truncated: true, warnings: [{ code: 'limit.bytes_per_file' }] });
    expect(made.files).toHaveLength(1);
    expect(made.rows).toBeLessThan(20_000);
    expect(idsOf(rowsOf(files))).toEqual(upTo(made.rows));
    while ((await world.runningQueries()) > 0);
  });

  it('has a file for each value, NULL last', async () => {
    const { made, files } = await run(output, { splitBy: { header: 'region', into: 'files' }, fileName: '{value}' });
    const named = new Map(files.map((file) => [file.name, file]));
    expect([...named.keys()].map((name) => name.slice(0, -extension.length - 1)).sort()).toEqual(
      ['(empty)', '(empty) (2)', 'North', 'north (2)', 'South, _the_', '_.._x', '_CON', '😀'.repeat(20)]
        // Which of the two comes first is up to the database's collation.
        .map((name) => (named.has(`north.${extension}`) ? (SWAPPED[name] ?? name) : name))
        .sort(),
    );
    expect(files.at(-1)?.name).toBe(`(empty) (2).${extension}`);
    expect(made).toMatchObject({ rows: 40, truncated: false });
    for (const file of files) {
      const rows = rowsOf([file]);
      expect(rows).toHaveLength(5);
      // The rows of a value are in the order of the report, and have the value still.
      expect(idsOf(rows)).toEqual([...idsOf(rows)].sort((one, other) => one - other));
      expect(new Set(rows.map(([, region]) => region)).size).toBe(1);
    }
    for (const { key } of made.files) expect(key).toMatch(new RegExp(`^jobs/[^/]+/1/[1-8]\\.${extension}$`));
  });

  it('cuts each value where its file is full, or goes on in another', async () => {
    const splitBy = { header: 'region', into: 'files' } as const;
    const cut = await run(output, { splitBy, ...limits({ rowsPerFile: 3 }) });
    expect(cut.made.files.map(({ rows }) => rows)).toEqual(Array(8).fill(3));
    expect(cut.made).toMatchObject({ rows: 24, truncated: true, warnings: [{ code: 'limit.rows_per_file' }] });
    const on = await run(output, { splitBy, ...limits({ rowsPerFile: 3, whenReached: 'split_files' }) });
    expect(on.made.files.map(({ rows }) => rows)).toEqual(Array(8).fill([3, 2]).flat());
    expect(on.made).toMatchObject({ rows: 40, truncated: false });
    await world.clear();
    await expect(run(output, { splitBy, ...limits({ rowsPerFile: 3, whenReached: 'fail' }) })).rejects.toMatchObject({
      code: 'limit.rows_per_file',
    });
    expect(await world.filesLeft()).toEqual([]);
  });

  it('makes no more files than the system allows', async () => {
    const system = { maxFiles: 7 };
    const by = run(output, { splitBy: { header: 'region', into: 'files' } }, { system });
    await expect(by).rejects.toMatchObject({ code: 'limit.files', transient: false });
    const many = run(output, limits({ rowsPerFile: 5, whenReached: 'split_files' }), { system });
    await expect(many).rejects.toMatchObject({ code: 'limit.files' });
    expect(await world.filesLeft()).toEqual([]);
    expect(
      (await run(output, { splitBy: { header: 'region', into: 'files' } }, { system: { maxFiles: 8 } })).made.files,
    ).toHaveLength(8);
  });

  it('is one empty file when there are no rows', async () => {
    const more = { splitBy: { header: 'region', into: 'files' }, fileName: '{template} {value}' } as const;
    const { made, files } = await run(output, more, { relation: 'none' });
    expect(made.files.map(({ name, rows }) => [name, rows])).toEqual([[`All (none).${extension}`, 0]]);
    expect(rowsOf(files)).toEqual([]);
  });

  it('leaves nothing when a later file fails', async () => {
    const more = limits({ rowsPerFile: 2000, whenReached: 'split_files' });
    await expect(run(output, { ...more, sort: [] }, { relation: 'breaks' })).rejects.toMatchObject({
      code: 'data_source.value_invalid',
    });
    expect(await world.filesLeft()).toEqual([]);
    expect(await world.runningQueries()).toBe(0);
  });

  it('has all rows in their order, however they are split', async () => {
    const policy = fc.constantFrom('split_files' as const, extension === 'xlsx' ? 'split_sheets' : 'split_files');
    const small = fc.option(fc.integer({ min: 3, max: 50 }), { freq: 2 });
    const bytes = fc.option(fc.integer({ min: 50, max: 20_000 }), { freq: 2 });
    const split = fc.constantFrom(null, 'files' as const, extension === 'xlsx' ? 'sheets' : 'files');
    await fc.assert(
      fc.asyncProperty(
        policy,
        small,
        small,
        bytes,
        split,
        async (whenReached, rowsPerFile, perSheet, bytesPerFile, into) => {
          const rowsPerSheet = extension === 'xlsx' ? perSheet : null;
          const splitBy = into && { header: 'region', into };
          const own = limits({ whenReached, rowsPerFile, rowsPerSheet, bytesPerFile });
          const { made, files } = await run(output, { ...own, splitBy });
          const whole = await wholeReport(splitBy !== null);
          expect(idsOf(rowsOf(files))).toEqual(whole);
          expect(made.files.reduce((sum, { rows }) => sum + rows, 0)).toBe(40);
          for (const [index, { rows, sheets }] of made.files.entries()) {
            const content = files[index];
            expect(rows).toBe(rowsOf(content ? [content] : []).length);
            if (rowsPerFile !== null) expect(rows).toBeLessThanOrEqual(rowsPerFile);
            for (const [place, { name, fromRow, toRow }] of sheets.entries()) {
              expect(content?.sheets[place]).toMatchObject({ name });
              expect(toRow - fromRow + 1).toBe(content?.sheets[place]?.rows.length);
            }
          }
          await world.clear();
        },
      ),
      { numRuns: extension === 'csv' || extension === 'xlsx' ? 25 : 8 },
    );
  });
});

async function wholeReport(isSplit: boolean): Promise<number[]> {
  const order = isSplit ? 'region, region COLLATE "C", id' : 'id';
  const { rows } = await world.admin.query<{ id: number }>(`SELECT id FROM public.sales ORDER BY ${order}`);
  return rows.map(({ id }) => id);
}

describe('sheets', () => {
  const sheetsOf = (files: readonly FileContent[]) =>
    files.map(({ sheets }) => sheets.map(({ name, rows }) => [name, idsOf(rows)]));

  it('follow each other, then files', async () => {
    const more = limits({ rowsPerSheet: 10, rowsPerFile: 25, whenReached: 'split_sheets' });
    const { made, files } = await run(DEFAULT_XLSX, more);
    expect(sheetsOf(files)).toEqual([
      [
        ['Report', upTo(10)],
        ['Report (2)', upTo(10, 11)],
        ['Report (3)', upTo(5, 21)],
      ],
      [
        ['Report', upTo(10, 26)],
        ['Report (2)', upTo(5, 36)],
      ],
    ]);
    expect(made.files[0]?.sheets).toEqual([
      { name: 'Report', fromRow: 1, toRow: 10 },
      { name: 'Report (2)', fromRow: 11, toRow: 20 },
      { name: 'Report (3)', fromRow: 21, toRow: 25 },
    ]);
  });

  it('become files, are cut or fail, as the template wants it', async () => {
    const files = await run(DEFAULT_XLSX, limits({ rowsPerSheet: 30, whenReached: 'split_files' }));
    expect(sheetsOf(files.files)).toEqual([[['Report', upTo(30)]], [['Report', upTo(10, 31)]]]);
    const cut = await run(DEFAULT_XLSX, limits({ rowsPerSheet: 30 }));
    expect(sheetsOf(cut.files)).toEqual([[['Report', upTo(30)]]]);
    expect(cut.made.warnings).toEqual([
      {
        code: 'limit.rows_per_sheet',
        message: 'The report was cut at the 30 rows of a sheet that its template allows.',
      },
    ]);
    await expect(run(DEFAULT_XLSX, limits({ rowsPerSheet: 30, whenReached: 'fail' }))).rejects.toMatchObject({
      code: 'limit.rows_per_sheet',
    });
  });

  it('are one for each value, under names that Excel takes', async () => {
    const { made, files } = await run(DEFAULT_XLSX, { splitBy: { header: 'region', into: 'sheets' } });
    expect(files).toHaveLength(1);
    const names = files[0]?.sheets.map(({ name }) => name) ?? [];
    expect(names).toHaveLength(8);
    expect(names).toEqual(expect.arrayContaining(['CON', '.._.._x', 'South, "the"', '😀'.repeat(15), '(empty)']));
    expect(names.at(-1)).toBe('(empty) (2)');
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(8);
    for (const { rows } of files[0]?.sheets ?? []) expect(new Set(rows.map(([, region]) => region)).size).toBe(1);
    expect(made.files[0]).toMatchObject({ name: 'All_2026-11-23T1200.xlsx', rows: 40 });
  });

  it('of a value go on in further ones, or are cut', async () => {
    const splitBy = { header: 'region', into: 'sheets' } as const;
    const on = await run(DEFAULT_XLSX, { splitBy, ...limits({ rowsPerSheet: 3, whenReached: 'split_sheets' }) });
    expect(on.made.files[0]?.sheets.map(({ fromRow, toRow }) => toRow - fromRow + 1)).toEqual(
      Array(8).fill([3, 2]).flat(),
    );
    const cut = await run(DEFAULT_XLSX, { splitBy, ...limits({ rowsPerSheet: 3 }) });
    expect(cut.made.files[0]?.sheets.map(({ fromRow, toRow }) => toRow - fromRow + 1)).toEqual(Array(8).fill(3));
    const full = await run(DEFAULT_XLSX, { splitBy, ...limits({ rowsPerFile: 12 }) });
    expect(full.made).toMatchObject({ rows: 12, truncated: true, files: [{ sheets: [{}, {}, {}] }] });
  });

  it('are no more than the system allows', async () => {
    const system = { maxFiles: 7 };
    for (const more of [
      { splitBy: { header: 'region', into: 'sheets' } as const },
      limits({ rowsPerSheet: 5, whenReached: 'split_sheets' }),
    ]) {
      await expect(run(DEFAULT_XLSX, more, { system })).rejects.toMatchObject({ code: 'limit.sheets' });
    }
    expect(await world.filesLeft()).toEqual([]);
  });
});

describe('values that are written alike', () => {
  it('share a file, in whatever order they are', async () => {
    const columns = [reportColumn('id', 'integer'), reportColumn('day', 'date', { format: 'MMMM' })];
    const { made, files } = await run(DEFAULT_CSV, {
      ...{ columns, sort: BY_ID, fileName: '{value}' },
      splitBy: { header: 'day', into: 'files' },
    });
    expect(made.files.map(({ name }) => name)).toEqual(['February.csv', 'January.csv', 'March.csv']);
    expect(rowsOf(files)).toHaveLength(40);
  });

  it('and those that are equal but not written alike do not', async () => {
    const output = await world.run({
      ...{ relation: 'numbers', output: DEFAULT_CSV },
      dataset: [datasetColumn('id', 'integer'), datasetColumn('amount', 'decimal')],
      more: { splitBy: { header: 'amount', into: 'files' }, fileName: '{value}' },
    });
    expect(output.files.map(({ name, rows }) => [name, rows])).toEqual([
      ['1.csv', 2],
      ['1.0.csv', 2],
      ['2.csv', 2],
      ['(empty).csv', 2],
    ]);
  });
});

describe('what stands around the rows', () => {
  const layout = { rowNumbers: true, totals: false, coverSheet: false };
  const numbersOf = (files: readonly FileContent[]) => idsOf(rowsOf(files));

  it.each(['files', 'sheets'] as const)('numbers rows through all %s of values', async (into) => {
    const { files } = await run(DEFAULT_XLSX, { layout, splitBy: { header: 'region', into } });
    expect(numbersOf(files)).toEqual(upTo(40));
    for (const { rows } of files.flatMap(({ sheets }) => sheets)) {
      expect(new Set(rows.map(([, , region]) => region)).size).toBe(1);
    }
  });

  it('numbers rows through all files', async () => {
    const { files } = await run(DEFAULT_CSV, { layout, ...limits({ rowsPerFile: 15, whenReached: 'split_files' }) });
    expect(files.map((file) => numbersOf([file]))).toEqual([upTo(15), upTo(15, 16), upTo(10, 31)]);
  });

  it('tells the rows of each file on its cover', async () => {
    const more = {
      layout: { ...layout, coverSheet: true },
      ...limits({ rowsPerFile: 15, whenReached: 'split_files' }),
    };
    const { files } = await run(DEFAULT_XLSX, more);
    expect(files.map(({ sheets }) => sheets.map(({ name }) => name))).toEqual(Array(3).fill(['About', 'Report']));
    const counts = files.map(({ sheets }) => sheets[0]?.rows.find(([label]) => label === 'Rows')?.[1]);
    expect(counts).toEqual(['15', '15', '10']);
  });

  it('leaves totals their place below the rows that a limit allows', async () => {
    const totals = { layout: { ...layout, totals: true }, columns: [reportColumn('id', 'integer')] };
    const { made, files } = await run(DEFAULT_CSV, { ...totals, ...limits({ rowsPerFile: 15 }) });
    expect(rowsOf(files).at(-1)).toEqual([null, '120']);
    expect(made).toMatchObject({ rows: 15, truncated: true, warnings: [{ code: 'limit.rows_per_file' }] });
    const cut = await run(DEFAULT_CSV, { ...totals, ...limits({ bytesPerFile: 30 }) });
    expect(cut.made).toMatchObject({ truncated: true, warnings: [{ code: 'limit.bytes_per_file' }] });
    expect(numbersOf(cut.files)).toEqual(upTo(cut.made.rows));
  });
});

describe('a report that is not delivered', () => {
  it('leaves none of the files that it was split into', async () => {
    const more = { deliver: 'if_changed', ...limits({ rowsPerFile: 15, whenReached: 'split_files' }) } as const;
    const first = await run(DEFAULT_CSV, more);
    expect(first.made.files).toHaveLength(3);
    await world.clear();
    const lastContent = () => Promise.resolve(first.made.contentSha256);
    const again = await run(DEFAULT_CSV, more, { parts: { lastContent } });
    expect(again.made).toMatchObject({ withheld: 'unchanged', files: [], rows: 40 });
    expect(await world.filesLeft()).toEqual([]);
  });
});

it('is previewed as the rows that it has, without files and sheets', async () => {
  const report = {
    ...{ relation: 'sales', dataset: COLUMNS, output: DEFAULT_XLSX },
    more: {
      sort: BY_ID,
      splitBy: { header: 'region', into: 'sheets' } as const,
      ...limits({ rowsPerSheet: 5, whenReached: 'split_sheets' }),
    },
  };
  const preview = await world.preview(report, 3);
  expect(preview).toMatchObject({ columns: [{ header: 'id' }, {}, {}], truncated: true });
  expect(idsOf(preview.rows)).toEqual([1, 2, 3]);
});

describe('limits of the whole report', () => {
  it.each([
    ['system', {}, { maxRows: 10 }, 'the system allows'],
    ['user', {}, { userMaxRows: 10 }, 'the owner of the report may have'],
    ['template', { rowLimit: 10 }, { userMaxRows: 11 }, 'its template allows'],
  ] as const)('cut it, however it is split, and say that it was the %s', async (owner, more, system, words) => {
    const split = limits({ rowsPerFile: 6, whenReached: 'split_files' });
    const { made, files } = await run(DEFAULT_CSV, { ...more, ...split }, { system });
    expect(idsByFile(files)).toEqual([upTo(6), upTo(4, 7)]);
    expect(made.warnings).toEqual([
      { code: `row_limit.${owner}`, message: `The report was cut at the 10 rows that ${words}.` },
    ]);
  });

  it('may be the dataset’s', async () => {
    const dataset = { ...world.datasetOf({ relation: 'sales', dataset: COLUMNS }), rowLimit: 7 };
    const input = {
      dynamicMapping: false,
      additionalConfig: { datasetId: DATASET_ID, output: DEFAULT_CSV, nominalTime: NOON, timeZone: 'UTC' },
    } as const;
    const made = await world.process(input, dataset);
    expect(made).toMatchObject({ rows: 7, truncated: true, warnings: [{ code: 'row_limit.dataset' }] });
  });
});

describe('the time limit', () => {
  it.each([
    ['template', limits({ seconds: 1 }), {}, 'the 1 seconds that its template allows'],
    ['system', {}, { timeoutMs: 500 }, 'the 0.5 seconds that the system allows'],
  ] as const)('of the %s fails it, whatever the policy', async (_owner, more, system, words) => {
    await world.admin.query(
      `CREATE OR REPLACE VIEW public.endless AS
         SELECT id, 'x' AS region, date '2026-01-01' AS day FROM generate_series(1, 2000000000) AS id`,
    );
    const slow = run(DEFAULT_CSV, { ...more, sort: [] }, { relation: 'endless', system: { maxRows: 2e9, ...system } });
    await expect(slow).rejects.toMatchObject({
      ...{ code: 'limit.seconds', transient: false },
      message: expect.stringContaining(words),
    });
    expect(await world.filesLeft()).toEqual([]);
    while ((await world.runningQueries()) > 0);
  });

  it('is not told where the job was cancelled', async () => {
    const controller = new AbortController();
    const cancelled = run(DEFAULT_CSV, limits({ seconds: 60 }), {
      relation: 'many',
      parts: { signal: controller.signal, onProgress: () => controller.abort() },
    });
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'export.cancelled', transient: true });
  });
});
