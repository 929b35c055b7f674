import { summaryOf } from './processes';

describe('summaryOf', () => {
  it('counts all processes together, from the first start to the last end', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    const summary = summaryOf([
      { startedAt: 1000, endedAt: 1900, latencies: hundred },
      { startedAt: 1100, endedAt: 3000, latencies: [500, 600] },
    ]);
    expect(summary).toEqual({ perSecond: 51, p99Ms: 500 });
  });
});
