import { peakRssMib } from './peak-memory';

describe('peakRssMib', () => {
  it('keeps the highest mark after the memory is given back', () => {
    const before = peakRssMib();
    expect(before).toBeGreaterThan(20);
    Buffer.alloc(before * 2 ** 20, 1);
    expect(peakRssMib()).toBeGreaterThan(before * 1.5);
  });
});
