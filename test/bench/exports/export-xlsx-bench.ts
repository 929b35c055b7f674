import { DEFAULT_XLSX } from '#domain';
import { defineBench, type Figure, type Target } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { formatNumber } from '../harness/report';
import { median } from '../harness/statistics';
import { exportByExceljs, exportByProduct, XlsxWriterPeer, type Export, type ExportTask } from './contestants';
import { prepareOrders } from './export-task';

/** A sheet has 1,048,576 rows (ECMA-376, part 1, 18.3.1.73), and the first one is the header. */
const MOST_SHEET_ROWS = 1_048_575;
/** More than ten full sheets take more disk than a bench should. */
const MOST_ROWS = 10 * MOST_SHEET_ROWS;

/** What the product makes of the columns' types and formats, for those who have to be told. */
const EXCELJS_FORMATS: Readonly<Record<string, string>> = {
  price: '#,##0.00',
  ordered_on: 'dd.mm.yyyy',
  shipped_at: 'yyyy-mm-dd hh:mm:ss',
};

export const exportXlsxBench = defineBench({
  name: 'export-xlsx',
  summary: 'orders of ten mixed columns into an XLSX file, next to exceljs’s streaming writer and Python’s XlsxWriter',
  options: {
    runs: { help: 'how often each contestant exports; the medians count', default: 3 },
    rows: { help: 'orders to export', default: 1_000_000, max: MOST_ROWS },
    sheets: {
      help: 'sheets to spread them over, at least as many as they need; several are written by us alone',
      default: 1,
      max: 100,
    },
    peers: { help: '0 leaves the peers out', default: 1, min: 0, max: 1 },
  },
  async run({ runs, rows, sheets: wanted, peers }, context) {
    const task = await prepareOrders(rows, context);
    const sheets = Math.max(wanted, Math.ceil(rows / MOST_SHEET_ROWS));
    const withPeers = peers === 1 && sheets === 1;
    const xlsxWriter = withPeers ? await XlsxWriterPeer.prepare(task) : undefined;
    // The first reader of a fresh table pays for bringing it into memory.
    context.log('Warming up…');
    const ours = (): Promise<Export> => exportByProduct(task, DEFAULT_XLSX, sheets);
    await ours();
    const measured = await interleave(runs, {
      ours: (run) => {
        context.log(`Run ${run} of ${runs}…`);
        return ours();
      },
      exceljs: withPeers ? () => exceljs(task) : undefined,
      xlsxwriter: xlsxWriter && (() => xlsxWriter.measure()),
    });
    const rate = rateOf(measured.ours);
    return {
      figures: [
        { name: 'rows_per_s', value: rate, meaning: 'rows a second from the request to the file safe on disk' },
        {
          name: 'rss_mib',
          value: memoryOf(measured.ours),
          meaning: 'MiB of memory that our process takes at most',
          target: { atMost: 160 },
        },
        ...peerFigures('exceljs', 'exceljs’s streaming writer', measured.exceljs, rate, { atLeast: 4 }),
        ...peerFigures('xlsxwriter', 'Python’s XlsxWriter', measured.xlsxwriter, rate, { atLeast: 8 }),
      ],
      notes: [
        `${formatNumber(rows)} rows of ${task.table.columns.length} columns over ${sheets} sheet${sheets === 1 ? '' : 's'}; ` +
          `our file has ${bytesOf(measured.ours)} bytes${withPeers ? `, that of exceljs ${bytesOf(measured.exceljs)}` : ''}.`,
        ...(xlsxWriter || !withPeers
          ? []
          : ['Python’s XlsxWriter is not installed, so its figures are missing: Debian has it in python3-xlsxwriter.']),
      ],
    };
  },
});

function exceljs(task: ExportTask): Promise<Export> {
  return exportByExceljs(
    task,
    task.table.columns.map(({ name }) => ({ name, numberFormat: EXCELJS_FORMATS[name] ?? null })),
  );
}

function peerFigures(
  name: string,
  title: string,
  exports: readonly Export[],
  ourRate: number,
  target: Target,
): readonly Figure[] {
  if (exports.length === 0) return [];
  return [
    { name: `${name}_rows_per_s`, value: rateOf(exports), meaning: `rows a second by ${title}` },
    { name: `${name}_rss_mib`, value: memoryOf(exports), meaning: 'MiB of memory that its process takes at most' },
    { name: `ratio_${name}`, value: ourRate / rateOf(exports), meaning: `rows_per_s to ${name}_rows_per_s`, target },
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
