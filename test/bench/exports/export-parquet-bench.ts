import { DEFAULT_PARQUET } from '#domain';
import { defineBench } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { formatNumber } from '../harness/report';
import { median } from '../harness/statistics';
import { exportByProduct, type Export } from './contestants';
import { DuckDBPeer } from './duckdb-peer';
import { prepareFlights } from './export-task';
import { ALL_FLIGHTS } from './flights';

export const exportParquetBench = defineBench({
  name: 'export-parquet',
  summary: 'the sample flights into a Parquet file, next to DuckDB’s COPY of a CSV file',
  options: {
    runs: { help: 'how often each contestant exports; the medians count', default: 3 },
    rows: { help: 'flights to export', default: ALL_FLIGHTS, max: ALL_FLIGHTS },
  },
  async run({ runs, rows }, context) {
    const task = await prepareFlights(rows, context);
    const duckDB = await DuckDBPeer.prepare(task);
    context.log('Warming up…');
    await exportByProduct(task, DEFAULT_PARQUET);
    const { ours, peer } = await interleave(runs, {
      ours: (run) => {
        context.log(`Run ${run} of ${runs}…`);
        return exportByProduct(task, DEFAULT_PARQUET);
      },
      peer: () => duckDB.measure(),
    });
    const [rate, peerRate] = [medianOf(ours, 'rowsPerSecond'), medianOf(peer, 'rowsPerSecond')];
    return {
      figures: [
        {
          name: 'rows_per_s',
          value: rate,
          meaning: 'rows a second from the request to the file safe on disk',
          target: { atLeast: 250_000 },
        },
        {
          name: 'rss_mib',
          value: medianOf(ours, 'peakRssMib'),
          meaning: 'MiB of memory that our process takes at most',
        },
        { name: 'duckdb_rows_per_s', value: peerRate, meaning: 'rows a second by DuckDB from a CSV file' },
        { name: 'duckdb_rss_mib', value: medianOf(peer, 'peakRssMib'), meaning: 'MiB that its process takes at most' },
        { name: 'ratio_duckdb', value: rate / peerRate, meaning: 'rows_per_s to duckdb_rows_per_s' },
      ],
      notes: [
        `${formatNumber(rows)} rows of 5 columns; our file has ${formatNumber(ours[0]?.bytes ?? 0)} bytes, that of DuckDB ${formatNumber(peer[0]?.bytes ?? 0)}.`,
      ],
    };
  },
});

function medianOf(exports: readonly Export[], figure: keyof Export): number {
  return median(exports.map((done) => done[figure]));
}
