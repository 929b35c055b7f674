import { setTimeout as delay } from 'node:timers/promises';
import type { Distributed } from '../../../deploy/distributed/distributed';
import { cpuMs, familyCpuMs, rssMib } from './process-usage';

/** What was used while nothing was to be done; CPU in per cent of one core. */
export interface Rest {
  /** By app, all its processes together. */
  readonly apps: ReadonlyMap<string, { readonly cpuPercent: number; readonly rssMib: number }>;
  /** By name, such as Kafka. */
  readonly servers: ReadonlyMap<string, number>;
}

/** Processes that are no part of the product, by name, each with its children. */
type Servers = Readonly<Record<string, number>>;

/** Looks at the CPU time of all processes, waits, and looks again. */
export async function measureRest(system: Distributed, servers: Servers, seconds: number): Promise<Rest> {
  const names = system.processes;
  const pids = names.map((name) => pidOf(system, name));
  const look = () => ({
    at: performance.now(),
    apps: pids.map(cpuMs),
    servers: Object.values(servers).map(familyCpuMs),
  });
  const before = look();
  await delay(seconds * 1000);
  // A process that had to be started again was not at rest.
  const restarted = names.filter((name, index) => pidOf(system, name) !== pids[index]);
  if (restarted.length > 0) throw new Error(`${restarted.join(', ')} ended and had to be started again`);
  const after = look();
  const percent = (from: number | undefined, to: number | undefined): number =>
    (((to ?? NaN) - (from ?? NaN)) / (after.at - before.at)) * 100;
  const apps = new Map<string, { cpuPercent: number; rssMib: number }>();
  for (const [index, pid] of pids.entries()) {
    const app = names[index]!.replace(/\.\d+$/, '');
    const sum = apps.get(app) ?? { cpuPercent: 0, rssMib: 0 };
    const cpuPercent = sum.cpuPercent + percent(before.apps[index], after.apps[index]);
    apps.set(app, { cpuPercent, rssMib: sum.rssMib + rssMib(pid) });
  }
  const shares = Object.keys(servers).map(
    (name, index) => [name, percent(before.servers[index], after.servers[index])] as const,
  );
  return { apps, servers: new Map(shares) };
}

function pidOf({ supervisor }: Distributed, name: string): number {
  const pid = supervisor.pidOf(name);
  if (pid === undefined) throw new Error(`${name} does not run`);
  return pid;
}
