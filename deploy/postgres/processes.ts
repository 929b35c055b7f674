import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { errorCode } from './errors';

const hasProc = process.platform === 'linux';

/**
 * What tells a live process from a later one that was given the same id: its start time (and on Linux the boot).
 * Undefined when no such process is alive; a zombie is not.
 */
export function processIdentity(pid: number): string | undefined {
  if (!hasProc) return ps(pid, 'lstart');
  const stat = readProc(`/proc/${pid}/stat`);
  // The command's name stands in parentheses and may hold any character: count the fields behind it (proc(5)).
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields?.[0], fields?.[19]];
  if (state === undefined || startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return `${readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}:${startTime}`;
}

/** True when the process is alive and was started as a PostgreSQL server on this data folder. */
export function isPostmasterOf(pid: number, cluster: string): boolean {
  if (processIdentity(pid) === undefined) return false;
  const command = hasProc ? readProc(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') : ps(pid, 'command');
  return command !== undefined && command.includes('postgres') && command.includes(cluster);
}

/**
 * The processes whose program lies below a folder: PostgreSQL runs from a copy inside its data folder, so these are its
 * servers, their sessions and its initdb, whoever started them. Empty where the system does not tell.
 */
export function processesFrom(folder: string): number[] {
  if (!hasProc) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/exe`).startsWith(`${folder}/`);
      } catch {
        return false; // ended meanwhile, or another user's
      }
    });
}

/** Sends a signal; a process that has ended already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() === '' ? undefined : stdout.trim();
}
