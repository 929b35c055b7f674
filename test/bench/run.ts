import { appendBench } from './append/append-bench';
import { main } from './harness/main';

const benches = [appendBench];

void main(process.argv.slice(2), benches, {
  out: (text) => console.log(text),
  err: (text) => console.error(text),
}).then((code) => {
  process.exitCode = code;
});
