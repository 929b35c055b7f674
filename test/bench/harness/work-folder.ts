import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eraseEmbeddedPostgres } from '../../../deploy/postgres';
import type { BenchContext } from './bench';

const PREFIX = 'report-scheduler-bench-';

/** A folder of this run's own below the system's temporary folder (`TMPDIR`), removed at the end. */
export async function createWorkFolder({ cleanup, log }: BenchContext): Promise<string> {
  await removeLeftovers(log);
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  cleanup.add(folder, () => rm(folder, { recursive: true, force: true }));
  // PostgreSQL, which runs as another user when root starts it, has to get through.
  await chmod(folder, 0o755);
  return folder;
}

/** A bench that was killed with SIGKILL could not clean up: the next one stops its PostgreSQL and frees its disk space. */
async function removeLeftovers(log: (line: string) => void): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isAlive(Number.parseInt(name.slice(PREFIX.length), 10))) continue;
    const folder = join(tmpdir(), name);
    log(`Removing what a bench that was killed left in ${folder}…`);
    try {
      await eraseEmbeddedPostgres(folder, log);
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      log(`It stays, since it cannot be removed: ${String(error)}`);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
