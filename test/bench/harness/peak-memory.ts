import { readFileSync } from 'node:fs';

/**
 * The most memory that a process has held in RAM at a time, in MiB: the kernel's own high-water mark, which no peak
 * between two samples escapes. `getrusage` would count what the parent held when it forked the process (Linux, exec.c).
 *
 * @param pid default this process; another one needs Linux, elsewhere it gives NaN
 */
export function peakRssMib(pid = process.pid): number {
  if (process.platform === 'linux') return highWaterMark(pid) / 1024;
  return pid === process.pid ? process.resourceUsage().maxRSS / 1024 : NaN;
}

/** `VmHWM` of proc_pid_status(5), in KiB. */
function highWaterMark(pid: number): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!found) throw new Error(`/proc/${pid}/status does not say how much memory the process has held`);
  return Number(found[1]);
}
