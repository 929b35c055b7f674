import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DEFAULT_CSV, DEFAULT_XLSX, type OutputOptions } from '#domain';
import { defineBench, type Figure } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { runMeasured } from '../harness/measured-child';
import { formatNumber } from '../harness/report';
import { median } from '../harness/statistics';
import type { ExportTask } from './contestants';
import { prepareFlights } from './export-task';
import type { ExportsAtOnce, ExportsAtOnceJob } from './exports-at-once-child';

const MOST_RATIO = 2.2;
const MOST_DELAY_MS = 50;

interface Timing {
  readonly milliseconds: number;
  readonly loopP99Ms: number;
}

export const exportTwoBench = defineBench({
  name: 'export-two',
  summary: 'two exports of the sample flights at once in one process, next to one alone',
  options: {
    runs: { help: 'how often each is measured; the medians count', default: 3 },
    rows: { help: 'flights of each export', default: 1_000_000, max: 3_000_000 },
  },
  async run({ runs, rows }, context) {
    const task = await prepareFlights(rows, context);
    // The first reader of a fresh table pays for bringing it into memory.
    context.log('Warming up…');
    await exportAtOnce(task, DEFAULT_CSV, 1);
    const measured = await interleave(runs, {
      one: (run) => {
        context.log(`Run ${run} of ${runs}…`);
        return exportAtOnce(task, DEFAULT_CSV, 1);
      },
      two: () => exportAtOnce(task, DEFAULT_CSV, 2),
      oneXlsx: () => exportAtOnce(task, DEFAULT_XLSX, 1),
      twoXlsx: () => exportAtOnce(task, DEFAULT_XLSX, 2),
    });
    return {
      figures: [
        ...figuresOf('', 'CSV', measured.one, measured.two),
        ...figuresOf('xlsx_', 'XLSX', measured.oneXlsx, measured.twoXlsx),
      ],
      notes: [`${formatNumber(rows)} rows of ${task.table.columns.length} columns in each export.`],
    };
  },
});

async function exportAtOnce(task: ExportTask, output: OutputOptions, exports: number): Promise<Timing> {
  const { url, folder, table, rows, cleanup } = task;
  const job: ExportsAtOnceJob = {
    url,
    folder: join(folder, 'files'),
    table,
    rows,
    output,
    rowsPerSheet: null,
    exports,
  };
  const { result, milliseconds } = await runMeasured<ExportsAtOnce>(
    resolve(__dirname, 'exports-at-once-child.js'),
    job,
    cleanup,
  );
  await rm(job.folder, { recursive: true });
  if (result.rows !== rows * exports) throw new Error(`${result.rows} rows were written instead of ${rows * exports}`);
  return { milliseconds, loopP99Ms: result.loopP99Ms };
}

function figuresOf(prefix: string, format: string, one: readonly Timing[], two: readonly Timing[]): readonly Figure[] {
  const [oneMs, twoMs] = [one, two].map((timings) => median(timings.map(({ milliseconds }) => milliseconds)));
  return [
    { name: `${prefix}one_ms`, value: oneMs ?? 0, meaning: `milliseconds of one ${format} export` },
    { name: `${prefix}two_ms`, value: twoMs ?? 0, meaning: `milliseconds until two at once are both done` },
    {
      ...{ name: `${prefix}two_over_one`, value: (twoMs ?? 0) / (oneMs ?? 1), target: { atMost: MOST_RATIO } },
      meaning: `${prefix}two_ms to ${prefix}one_ms`,
    },
    {
      ...{ name: `${prefix}loop_p99_ms`, value: median(two.map(({ loopP99Ms }) => loopP99Ms)) },
      ...{
        target: { atMost: MOST_DELAY_MS },
        meaning: 'milliseconds of 99 in 100 turns of the event loop, two at once',
      },
    },
  ];
}
