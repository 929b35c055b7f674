import { DEFAULT_CSV } from '#domain';
import { defineBench } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { findProgram } from '../harness/programs';
import { formatNumber } from '../harness/report';
import { median } from '../harness/statistics';
import { exportByProduct, exportByPsql } from './contestants';
import { prepareFlights } from './export-task';
import { ALL_FLIGHTS, MOST_TIMES } from './flights';

export const exportCsvBench = defineBench({
  name: 'export-csv',
  summary: 'the sample flights into a CSV file, next to psql’s \\copy',
  options: {
    runs: { help: 'how often each contestant exports; the medians count', default: 5 },
    rows: {
      help: 'flights to export; beyond the three million of the sample each comes again',
      default: ALL_FLIGHTS,
      max: MOST_TIMES * ALL_FLIGHTS,
    },
  },
  async run({ runs, rows }, context) {
    const task = await prepareFlights(rows, context);
    const psql = findProgram('psql');
    // The first reader of a fresh table pays for bringing it into memory.
    context.log('Warming up…');
    await exportByProduct(task, DEFAULT_CSV);
    const { ours, peer } = await interleave(runs, {
      ours: (run) => {
        context.log(`Run ${run} of ${runs}…`);
        return exportByProduct(task, DEFAULT_CSV);
      },
      peer: psql === undefined ? undefined : () => exportByPsql(psql, task),
    });
    const rate = median(ours.map(({ rowsPerSecond }) => rowsPerSecond));
    const peerRates = peer.map(({ rowsPerSecond }) => rowsPerSecond);
    return {
      figures: [
        { name: 'rows_per_s', value: rate, meaning: 'rows a second from the request to the file safe on disk' },
        ...(peerRates.length > 0
          ? [
              {
                name: 'psql_rows_per_s',
                value: median(peerRates),
                meaning: 'rows a second by psql’s \\copy into a file',
              },
              {
                name: 'ratio_psql',
                value: rate / median(peerRates),
                target: { atLeast: 0.95 },
                meaning: 'rows_per_s to psql_rows_per_s',
              },
            ]
          : []),
        {
          name: 'rss_mib',
          value: median(ours.map(({ peakRssMib }) => peakRssMib)),
          target: { atMost: 150 },
          meaning: 'MiB of memory that our process takes at most',
        },
      ],
      notes: [
        `${formatNumber(rows)} rows of 5 columns; our file has ${formatNumber(ours[0]?.bytes ?? 0)} bytes.`,
        ...(psql === undefined
          ? ['psql is not installed, so ratio_psql is missing: Debian has it in the package postgresql-client.']
          : []),
      ],
    };
  },
});
