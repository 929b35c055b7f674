import { readdirSync, readFileSync } from 'node:fs';

/** Linux tells CPU time in hundredths of a second (USER_HZ), whatever the kernel's own timer. */
const TICK_MS = 10;

interface ProcessTimes {
  readonly parent: number;
  /** Milliseconds of CPU time, user and system, of all threads. */
  readonly cpuMs: number;
  /** The same of its children that have ended. */
  readonly endedChildrenCpuMs: number;
}

/** CPU time that a process has taken since its start, in milliseconds. Linux only; throws when there is none. */
export function cpuMs(pid: number): number {
  return timesOf(pid).cpuMs;
}

/** The same of a process and its children together, also of those that have ended meanwhile. */
export function familyCpuMs(pid: number): number {
  const own = timesOf(pid);
  return livingProcesses()
    .filter(({ parent }) => parent === pid)
    .reduce((sum, child) => sum + child.cpuMs, own.cpuMs + own.endedChildrenCpuMs);
}

/** Memory that a process holds in RAM at present, in MiB: `VmRSS` of proc_pid_status(5), pages that it shares included. */
export function rssMib(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!found) throw new Error(`/proc/${pid}/status does not say how much memory the process holds`);
  return Number(found[1]) / 1024;
}

/** A line of proc_pid_stat(5): the second field, the name, stands in brackets and may hold blanks and brackets. */
export function parseStat(line: string): ProcessTimes {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  // The manual counts from 1, and two fields are gone.
  const ticks = (number: number): number => Number(fields[number - 3]) * TICK_MS;
  return {
    parent: Number(fields[4 - 3]),
    cpuMs: ticks(14) + ticks(15),
    endedChildrenCpuMs: ticks(16) + ticks(17),
  };
}

function timesOf(pid: number): ProcessTimes {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

function livingProcesses(): readonly ProcessTimes[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [timesOf(Number(name))];
      } catch {
        // It ended after the folder was read.
        return [];
      }
    });
}
