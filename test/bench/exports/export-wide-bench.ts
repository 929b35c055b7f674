import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, DEFAULT_XLSX } from '#domain';
import { defineBench } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { formatNumber } from '../harness/report';
import { median } from '../harness/statistics';
import { exportByProduct } from './contestants';
import { prepareWide } from './export-task';
import { WIDE } from './wide';

const FORMATS = ['csv', 'xlsx', 'jsonl', 'parquet'] as const;

export const exportWideBench = defineBench({
  name: 'export-wide',
  summary: 'a table of 500 columns in every format',
  options: {
    runs: { help: 'how often each format is exported; the medians count', default: 3 },
    rows: { help: 'rows to export', default: 20_000, max: 1_000_000 },
  },
  async run({ runs, rows }, context) {
    const task = await prepareWide(rows, context);
    context.log('Warming up…');
    await exportByProduct(task, DEFAULT_CSV);
    const measured = await interleave(runs, {
      csv: (run) => {
        context.log(`Run ${run} of ${runs}…`);
        return exportByProduct(task, DEFAULT_CSV);
      },
      xlsx: () => exportByProduct(task, DEFAULT_XLSX),
      jsonl: () => exportByProduct(task, DEFAULT_JSON_LINES),
      parquet: () => exportByProduct(task, DEFAULT_PARQUET),
    });
    return {
      figures: FORMATS.flatMap((format) => [
        {
          name: `${format}_rows_per_s`,
          value: median(measured[format].map(({ rowsPerSecond }) => rowsPerSecond)),
          meaning: `rows a second into ${format}`,
        },
        {
          name: `${format}_rss_mib`,
          value: median(measured[format].map(({ peakRssMib }) => peakRssMib)),
          meaning: 'MiB of memory that our process takes at most',
        },
      ]),
      notes: [
        `${formatNumber(rows)} rows of ${WIDE.columns.length} columns. Bytes of the files: ` +
          `${FORMATS.map((format) => `${format} ${formatNumber(measured[format][0]?.bytes ?? 0)}`).join(', ')}.`,
      ],
    };
  },
});
