import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has held in RAM at a time, in MiB: the kernel's own high-water mark, which no peak
 * between two samples escapes. `getrusage` would count what the parent held when it forked this process (Linux, exec.c).
 */
export function peakRssMib(): number {
  const kibibytes = process.platform === 'linux' ? highWaterMark() : process.resourceUsage().maxRSS;
  return kibibytes / 1024;
}

/** `VmHWM` of proc_pid_status(5), in KiB. */
function highWaterMark(): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  if (!found) throw new Error('/proc/self/status does not say how much memory this process has held');
  return Number(found[1]);
}
