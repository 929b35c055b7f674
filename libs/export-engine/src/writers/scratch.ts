import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExportFailure } from '../export-failure';

/** A folder for what an export needs on the way. */
export interface Scratch {
  readonly folder: string;
  /** Removes it with all that is in it. Never throws: what stays is removed by a later export. */
  remove(): Promise<void>;
}

/** Followed by the number of the process: `report-scheduler-export_worker-3_4711_x8Hq2a`. */
const PREFIX = `report-scheduler-export_${hostname()}_`;

/** Those that this process uses now. */
const inUse = new Set<string>();

/**
 * A folder of one export's own, for this process's user alone. What exports of processes that were killed left on this machine
 * is removed first. Throws `ExportFailure`.
 *
 * @param root where it is made; default: the system's temporary folder (`TMPDIR`)
 */
export async function openScratch(root = tmpdir()): Promise<Scratch> {
  return scratchStep(async () => {
    await removeLeftovers(root);
    const folder = await mkdtemp(join(root, `${PREFIX}${process.pid}_`));
    inUse.add(folder);
    return {
      folder,
      async remove() {
        inUse.delete(folder);
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      },
    };
  });
}

/** Tells what goes wrong in the temporary folder in words of an export. */
export async function scratchStep<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw scratchUnavailable((error as NodeJS.ErrnoException).code ?? 'unknown', error);
  }
}

export function scratchUnavailable(reason: string, cause: unknown): ExportFailure {
  const message = `The exporter's temporary folder cannot take what the export puts there (${reason}).`;
  return new ExportFailure('export.scratch_unavailable', message, [], { cause });
}

async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(root, name);
    const left = isLeftover(folder, Number.parseInt(name.slice(PREFIX.length), 10));
    if (left) await rm(folder, { recursive: true, force: true });
  }
}

/** In a container the next process often has the number of the one before. */
function isLeftover(folder: string, pid: number): boolean {
  return pid === process.pid ? !inUse.has(folder) : !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
