import { readTransactionRate } from './peer-inserts';

describe('readTransactionRate', () => {
  it.each([
    ['latency average = 1.7 ms\ntps = 5790.412 (without initial connection time)\n', 5790.412],
    ['tps = 5000.0 (including connections establishing)\ntps = 5100.5 (excluding connections establishing)\n', 5100.5],
  ])('reads %p', (output, rate) => {
    expect(readTransactionRate(output)).toBe(rate);
  });

  it('refuses an output without it', () => {
    expect(() => readTransactionRate('pgbench: error')).toThrow('did not say how fast');
  });
});
