import { DEFAULT_XLSX } from '#domain';
import { defineBench, type Figure } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { formatNumber } from '../harness/report';
import { median } from '../harness/statistics';
import { exportByExceljs, exportByProduct, XlsxWriterPeer, type Export } from './contestants';
import { prepareExports } from './export-task';

/** A sheet has 1,048,576 rows (ECMA-376, part 1, 18.3.1.73), and the first one is the header. */
const MOST_ROWS = 1_048_575;

export const exportXlsxBench = defineBench({
  name: 'export-xlsx',
  summary: 'the sample flights into an XLSX file, next to exceljs’s streaming writer and Python’s XlsxWriter',
  options: {
    runs: { help: 'how often each contestant exports; the medians count', default: 3 },
    rows: { help: 'flights to export', default: 1_000_000, max: MOST_ROWS },
  },
  async run({ runs, rows }, context) {
    const task = await prepareExports(rows, context);
    const xlsxWriter = await XlsxWriterPeer.prepare(task);
    const measured = await interleave(runs, {
      ours: (run) => {
        context.log(`Run ${run} of ${runs}…`);
        return exportByProduct(task, DEFAULT_XLSX);
      },
      exceljs: () => exportByExceljs(task),
      xlsxwriter: xlsxWriter && (() => xlsxWriter.measure()),
    });
    const rate = rateOf(measured.ours);
    return {
      figures: [
        { name: 'rows_per_s', value: rate, meaning: 'rows a second from the request to the file safe on disk' },
        { name: 'rss_mib', value: memoryOf(measured.ours), meaning: 'MiB of memory that our process takes at most' },
        ...peerFigures('exceljs', 'exceljs’s streaming writer', measured.exceljs, rate),
        ...peerFigures('xlsxwriter', 'Python’s XlsxWriter', measured.xlsxwriter, rate),
      ],
      notes: [
        `${formatNumber(rows)} rows of 5 columns; our file has ${bytesOf(measured.ours)} bytes, that of exceljs ${bytesOf(measured.exceljs)}.`,
        ...(xlsxWriter
          ? []
          : ['Python’s XlsxWriter is not installed, so its figures are missing: Debian has it in python3-xlsxwriter.']),
      ],
    };
  },
});

function peerFigures(name: string, title: string, exports: readonly Export[], ourRate: number): readonly Figure[] {
  if (exports.length === 0) return [];
  return [
    { name: `${name}_rows_per_s`, value: rateOf(exports), meaning: `rows a second by ${title}` },
    { name: `${name}_rss_mib`, value: memoryOf(exports), meaning: 'MiB of memory that its process takes at most' },
    { name: `ratio_${name}`, value: ourRate / rateOf(exports), meaning: `rows_per_s to ${name}_rows_per_s` },
  ];
}

function rateOf(exports: readonly Export[]): number {
  return median(exports.map(({ rowsPerSecond }) => rowsPerSecond));
}

function memoryOf(exports: readonly Export[]): number {
  return median(exports.map(({ peakRssMib }) => peakRssMib));
}

function bytesOf(exports: readonly Export[]): string {
  return formatNumber(exports[0]?.bytes ?? 0);
}
