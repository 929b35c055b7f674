import { appendBench } from './append/append-bench';
import { main } from './harness/main';
import { projectionBench } from './projection/projection-bench';

const benches = [appendBench, projectionBench];

void main(process.argv.slice(2), benches, {
  out: (text) => console.log(text),
  err: (text) => console.error(text),
}).then((code) => {
  process.exitCode = code;
});
