import { FAULT_KINDS } from './faults';
import { planFaults } from './plan-faults';
import { planWorkload } from './plan-workload';

const LEASE_MS = 5000;
const faults = (seed: number, minutes = 10) => planFaults({ seed, minutes, leaseMs: LEASE_MS });

describe('the plan', () => {
  it('follows from the seed alone', () => {
    expect(faults(7)).toEqual(faults(7));
    expect(faults(7)).not.toEqual(faults(8));
    expect(planWorkload({ seed: 7, minutes: 10 })).toEqual(planWorkload({ seed: 7, minutes: 10 }));
    expect(planWorkload({ seed: 7, minutes: 10 })).not.toEqual(planWorkload({ seed: 8, minutes: 10 }));
  });

  it.each([1, 2, 3, 42, 999_983])('does more than 200 faults of every kind in ten minutes (seed %i)', (seed) => {
    const plan = faults(seed);
    expect(plan.length).toBeGreaterThan(215);
    expect(new Set(plan.map(({ fault }) => fault.kind))).toEqual(new Set(FAULT_KINDS));
    expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).sort((one, other) => one - other));
  });

  it('stops processes for less and for longer than a lease', () => {
    const lengths = faults(1).flatMap(({ fault }) =>
      fault.kind === 'short_stop' || fault.kind === 'long_stop' ? [fault.forMs] : [],
    );
    expect(Math.min(...lengths)).toBeLessThan(LEASE_MS);
    expect(Math.max(...lengths)).toBeGreaterThan(LEASE_MS);
  });

  it('does nothing else around a fault that is measured', () => {
    const plan = faults(1);
    for (const { atMs, fault } of plan) {
      if (fault.kind !== 'worker_loss' && fault.kind !== 'power_loss') continue;
      const quietMs = fault.kind === 'power_loss' ? 20_000 : 2 * LEASE_MS;
      const others = plan.filter((other) => {
        if (other.fault === fault) return false;
        const overMs = other.atMs + ('forMs' in other.fault ? other.fault.forMs : 0);
        return overMs > atMs && other.atMs < atMs + quietMs;
      });
      expect(others).toEqual([]);
    }
  });

  it('never harms a process that is harmed already, or still comes back', () => {
    const until = new Map<string, number>();
    for (const { atMs, fault } of faults(3)) {
      if (!('target' in fault) || fault.kind === 'worker_loss' || fault.kind === 'disk_full') continue;
      expect(until.get(fault.target) ?? 0).toBeLessThanOrEqual(atMs);
      until.set(fault.target, atMs + ('forMs' in fault ? fault.forMs : fault.restartMs));
    }
  });

  it('gives those outside one mood at a time', () => {
    const moods = faults(3).filter(({ fault }) => fault.kind.startsWith('outside_'));
    expect(moods.length).toBeGreaterThan(10);
    let until = 0;
    for (const { atMs, fault } of moods) {
      expect(atMs).toBeGreaterThanOrEqual(until);
      until = atMs + ('forMs' in fault ? fault.forMs : 0);
    }
  });

  it('loses power in a short run as well', () => {
    for (const minutes of [1, 2]) expect(faults(5, minutes).map(({ fault }) => fault.kind)).toContain('power_loss');
  });
});
