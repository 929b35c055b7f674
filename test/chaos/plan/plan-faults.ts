import { Dice } from './dice';
import type { Fault, FaultKind, PlannedFault } from './faults';
import { PROCESSES, processesOf, type ProcessName } from './processes';

const MINUTE_MS = 60_000;
/** The first fault meets a system at work. */
const FIRST_MS = 2000;
/** Between two faults, milliseconds; their effects overlap. */
const GAP_MS = { least: 400, most: 2000 };
/** Before a measured fault, everything that was harmed has come back. */
const REST_MS = 4000;
/** What a killed process takes to be at work again, milliseconds, before it may be harmed by the next fault. */
const STARTS_WITHIN_MS = 3000;
const POWER_LOSS_TAKES_MS = 20_000;

type PlainKind = Exclude<FaultKind, 'worker_loss' | 'power_loss'>;

/** How often each kind comes, in relation to the others. */
const WEIGHTS: Readonly<Record<PlainKind, number>> = {
  kill: 20,
  short_stop: 12,
  long_stop: 8,
  postgres_fast_restart: 4,
  postgres_immediate_restart: 4,
  link_delay: 14,
  link_cut: 14,
  link_half_close: 10,
  disk_full: 8,
  clock_jump: 8,
  outside_refuses: 5,
  outside_hangs_up: 5,
  outside_slow: 5,
};

const CLOCK_JUMPS_MS = [-7_200_000, -90_000, -5000, 5000, 90_000, 7_200_000];

export interface FaultPlanOptions {
  readonly seed: number;
  readonly minutes: number;
  /** How long an exporter keeps a job without a sign of life, milliseconds. */
  readonly leaseMs: number;
}

/** What is done to the system and when: nothing but a function of the options. */
export function planFaults(options: FaultPlanOptions): readonly PlannedFault[] {
  const dice = new Dice(options.seed);
  const endMs = options.minutes * MINUTE_MS;
  const measured = measuredFaults(dice, options);
  const faults: PlannedFault[] = [];
  const busyUntil = new Map<ProcessName | 'outside', number>();
  let atMs = FIRST_MS;
  for (const { fault, atMs: quietAt, takesMs } of [...measured, { fault: null, atMs: endMs, takesMs: 0 }]) {
    for (; ; atMs += dice.between(GAP_MS.least, GAP_MS.most)) {
      const plain = drawFault(dice, options.leaseMs, (name) => (busyUntil.get(name) ?? 0) <= atMs);
      const overMs = atMs + durationOf(plain);
      if (atMs > quietAt - REST_MS) break;
      // What would last into the rest is left out.
      if (overMs > quietAt - REST_MS) continue;
      const victim = victimOf(plain);
      // Those outside are in one mood at a time.
      if (victim === 'outside' && (busyUntil.get(victim) ?? 0) > atMs) continue;
      faults.push({ atMs, fault: plain });
      if (victim !== null) busyUntil.set(victim, overMs);
    }
    if (fault === null) break;
    faults.push({ atMs: quietAt, fault });
    atMs = quietAt + takesMs;
  }
  return faults;
}

interface MeasuredFault extends PlannedFault {
  /** Nothing else is done for so long. */
  readonly takesMs: number;
}

/** A lost worker each minute, and a loss of power in the second minute (in the first of a run that has no other), then every fifth. */
function measuredFaults(dice: Dice, { minutes, leaseMs }: FaultPlanOptions): readonly MeasuredFault[] {
  const faults: MeasuredFault[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    const at = (seconds: number): number => minute * MINUTE_MS + seconds * 1000;
    const target = dice.oneOf(processesOf('exporter'));
    faults.push({
      atMs: at(dice.between(12, 16)),
      fault: { kind: 'worker_loss', target },
      takesMs: 2 * leaseMs + 2000,
    });
    if (minute % 5 !== (minutes > 1 ? 1 : 0)) continue;
    faults.push({ atMs: at(38), fault: { kind: 'power_loss' }, takesMs: POWER_LOSS_TAKES_MS });
  }
  return faults;
}

function drawFault(dice: Dice, leaseMs: number, isFree: (name: ProcessName) => boolean): Fault {
  const kind = dice.weighted(WEIGHTS);
  const among = kind === 'disk_full' ? processesOf('exporter') : PROCESSES;
  const free = among.filter(isFree);
  const target = dice.oneOf(free.length > 0 ? free : among);
  switch (kind) {
    case 'kill':
      return { kind, target, restartMs: dice.between(0, 2000) };
    case 'short_stop':
      return { kind, target, forMs: dice.between(200, leaseMs / 2) };
    case 'long_stop':
      return { kind, target, forMs: dice.between(leaseMs * 1.2, leaseMs * 2) };
    case 'postgres_fast_restart':
    case 'postgres_immediate_restart':
      return { kind, awayMs: dice.between(0, 2000) };
    case 'link_delay':
      return { kind, target, delayMs: dice.between(20, 400), forMs: dice.between(1000, 6000) };
    case 'link_cut':
      return { kind, target, forMs: dice.between(0, leaseMs * 1.5) };
    case 'link_half_close':
      return { kind, target, told: dice.oneOf(['app', 'database']), forMs: dice.between(500, leaseMs * 1.5) };
    case 'disk_full':
      return { kind, target, forMs: dice.between(1000, 5000) };
    case 'clock_jump':
      return { kind, target, byMs: dice.oneOf(CLOCK_JUMPS_MS), forMs: dice.between(1000, 8000) };
    case 'outside_refuses':
    case 'outside_hangs_up':
      return { kind, forMs: dice.between(1000, 8000) };
    case 'outside_slow':
      return { kind, delayMs: dice.between(500, leaseMs * 1.5), forMs: dice.between(1000, 8000) };
  }
}

/** Who is harmed alone; null: PostgreSQL, and with it all of them. */
function victimOf(fault: Fault): ProcessName | 'outside' | null {
  if ('target' in fault) return fault.target;
  return fault.kind.startsWith('outside_') ? 'outside' : null;
}

/** Milliseconds until the target of a fault is itself again. */
function durationOf(fault: Fault): number {
  switch (fault.kind) {
    case 'kill':
      return fault.restartMs + STARTS_WITHIN_MS;
    case 'postgres_fast_restart':
    case 'postgres_immediate_restart':
      return fault.awayMs + STARTS_WITHIN_MS;
    case 'short_stop':
    case 'long_stop':
    case 'link_delay':
    case 'link_cut':
    case 'link_half_close':
    case 'disk_full':
    case 'clock_jump':
    case 'outside_refuses':
    case 'outside_hangs_up':
    case 'outside_slow':
      return fault.forMs;
    case 'worker_loss':
      return STARTS_WITHIN_MS;
    case 'power_loss':
      return POWER_LOSS_TAKES_MS;
  }
}
