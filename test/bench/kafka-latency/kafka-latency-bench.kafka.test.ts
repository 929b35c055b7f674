import { figuresOf } from '../bench-process';

it('kafka-latency measures what it says, at a tiny size', async () => {
  const figures = await figuresOf('kafka-latency', '--runs', '1', '--rate', '20', '--seconds', '1');
  const expected = ['appends_per_s', 'p50_ms', 'p99_ms', 'store_p50_ms', 'store_p99_ms'];
  expect(Object.keys(figures).sort()).toEqual(expected);
  expect(Object.entries(figures).filter(([, value]) => !(value > 0))).toEqual([]);
}, 120_000);
