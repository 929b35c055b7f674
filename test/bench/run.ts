import { appendBench } from './append/append-bench';
import { appendSixBench } from './append-six/append-six-bench';
import { consumeBench } from './consume/consume-bench';
import { dispatchBench } from './dispatch/dispatch-bench';
import { exportCsvBench } from './exports/export-csv-bench';
import { exportParquetBench } from './exports/export-parquet-bench';
import { exportTwoBench } from './exports/export-two-bench';
import { exportWideBench } from './exports/export-wide-bench';
import { exportXlsxBench } from './exports/export-xlsx-bench';
import { fairnessBench } from './fairness/fairness-bench';
import { main } from './harness/main';
import { idleBench } from './idle/idle-bench';
import { kafkaLatencyBench } from './kafka-latency/kafka-latency-bench';
import { latencyBench } from './latency/latency-bench';
import { projectionBench } from './projection/projection-bench';
import { relayBench } from './relay/relay-bench';
import { scheduleBurstBench } from './schedules/schedule-burst-bench';
import { scheduleRestBench } from './schedules/schedule-rest-bench';

const benches = [
  appendBench,
  appendSixBench,
  projectionBench,
  relayBench,
  consumeBench,
  kafkaLatencyBench,
  idleBench,
  latencyBench,
  dispatchBench,
  fairnessBench,
  scheduleBurstBench,
  scheduleRestBench,
  exportCsvBench,
  exportXlsxBench,
  exportParquetBench,
  exportWideBench,
  exportTwoBench,
];

void main(process.argv.slice(2), benches, {
  out: (text) => console.log(text),
  err: (text) => console.error(text),
}).then((code) => {
  process.exitCode = code;
});
