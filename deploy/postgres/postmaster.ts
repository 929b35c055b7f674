import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { aborted, cannotRun, serverEnvironment } from './cluster';
import type { Account } from './data-dir';
import { isPostmasterOf, processIdentity, processesFrom, signalProcess } from './processes';

/** A running server process, and how it ends. */
export interface Postmaster {
  pid: number;
  /** Settles when the process has ended, for whatever reason. */
  exited: Promise<void>;
  /** Ends sessions and writes a checkpoint, so that the next start has nothing to recover; harsher if that takes long. */
  stop(): Promise<void>;
}

interface PostmasterOptions {
  binaries: string;
  cluster: string;
  logFile: string;
  account: Account | undefined;
  settings: Record<string, string | number>;
  signal: AbortSignal | undefined;
  log: (line: string) => void;
}

/** How long a server may take over its closing checkpoint before it is stopped the hard way, in milliseconds. */
const patience = 30_000;

/**
 * Starts a server and waits until it accepts connections, which after a crash includes its recovery.
 *
 * @throws Error with what the server wrote, when it gave up; it has ended then
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { binaries, cluster, logFile, account, settings, signal, log } = options;
  // Written anew at each start, so that it never grows for ever and the reason of a failed start is all it holds.
  rmSync(`${logFile}.1`, { force: true });
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
  const output = openSync(logFile, 'w', 0o600);
  const program = join(binaries, 'bin', 'postgres');
  const child = spawn(
    program,
    ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: cluster,
      env: serverEnvironment,
      // A process group of its own: Ctrl-C in a terminal must reach the caller first and PostgreSQL last.
      detached: true,
      stdio: ['ignore', output, output],
      ...(account && { uid: account.uid, gid: account.gid }),
    },
  );
  closeSync(output);

  let failure: Error | undefined;
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      failure = cannotRun(program, error);
      ended = child.pid === undefined;
      if (ended) resolve();
    });
    child.once('exit', () => {
      ended = true;
      resolve();
    });
  });
  const pid = child.pid ?? 0;
  const stop = async () => {
    for (const kind of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      if (ended) return;
      signalProcess(pid, kind);
      const waiting = new AbortController();
      await Promise.race([exited, delay(patience, undefined, { signal: waiting.signal }).catch(() => undefined)]);
      waiting.abort();
    }
  };

  // The status stands in a file, so asking costs no connection and no password; pg_ctl does the same.
  for (let waited = 0; !isReady(cluster, pid); waited += 20) {
    if (signal?.aborted) {
      await stop();
      throw aborted();
    }
    // Read through a function: the compiler does not see that events change it.
    if (failure ?? isEnded()) throw failure ?? new Error(readFileSync(logFile, 'utf8'));
    if (waited > 0 && waited % 5_000 === 0) log('PostgreSQL is recovering from its last end…');
    await Promise.race([exited, delay(20)]);
  }
  return { pid, exited, stop };

  function isEnded(): boolean {
    return ended;
  }
}

/** Line 8 of `postmaster.pid` is the status (PostgreSQL, src/include/utils/pidfile.h). */
function isReady(cluster: string, pid: number): boolean {
  const lines = pidFile(cluster);
  return lines[0]?.trim() === String(pid) && lines[7]?.trim() === 'ready';
}

function pidFile(cluster: string): string[] {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/**
 * Stops a server that lives on although its owner is gone, and whatever else an earlier run left running, so that the
 * data folder is free. Only for the one who holds the folder's lock.
 *
 * @param base    the folder that PostgreSQL's programs were copied into, without symbolic links
 * @param cluster the data folder in it
 */
export async function stopOrphan(base: string, cluster: string, log: (line: string) => void): Promise<void> {
  const pid = Number(pidFile(cluster)[0]);
  if (pid > 0 && isPostmasterOf(pid, cluster)) {
    log(`Stopping the PostgreSQL that an earlier run left behind (process ${pid})…`);
    for (const kind of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      signalProcess(pid, kind);
      if (await gone(() => !isPostmasterOf(pid, cluster))) break;
    }
  }
  // A busy session notices the death of its server late and keeps the shared memory until then; an initdb goes on.
  for (const kind of ['SIGQUIT', 'SIGKILL'] as const) {
    const others = processesFrom(base);
    for (const other of others) signalProcess(other, kind);
    if (await gone(() => others.every((other) => processIdentity(other) === undefined), 3_000)) break;
  }
  // Its process id may by now be another process's, which PostgreSQL would take for a running server.
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
}

async function gone(check: () => boolean, limit = patience): Promise<boolean> {
  for (const start = Date.now(); Date.now() - start < limit;) {
    if (check()) return true;
    await delay(20);
  }
  return check();
}
