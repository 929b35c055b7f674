import { spawn } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Cleanup } from './cleanup';

/** Where Debian and Ubuntu put PostgreSQL's programs; those in the PATH are wrappers in Perl that start slowly. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** Full path of a program, or undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  return findPrograms(name)[0];
}

/** Full paths of every program of that name, the one that a shell would take first. */
export function findPrograms(name: string): readonly string[] {
  return [...postgresFolders(), ...(process.env.PATH ?? '').split(delimiter)]
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

/** The newest version first. */
function postgresFolders(): readonly string[] {
  try {
    const versions = readdirSync(DEBIAN_POSTGRES).sort((left, right) => Number(right) - Number(left));
    return versions.map((version) => join(DEBIAN_POSTGRES, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What PostgreSQL's programs are told by their environment: the password must not stand in the list of processes. */
export function connectionEnvironment(url: string): NodeJS.ProcessEnv {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
}

export interface ProgramRun {
  readonly stdout: string;
  /** From start to end, in milliseconds. */
  readonly milliseconds: number;
}

/** Runs a program to its end; throws an `Error` with the last thing it complained about when it fails. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cleanup: Cleanup },
): Promise<ProgramRun> {
  const started = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Of the caller's environment only what programs need: settings such as PGOPTIONS or LANG would change what is measured.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: 'C.UTF-8', ...options.env },
  });
  const forget = options.cleanup.add(program, () => child.kill('SIGKILL'));
  try {
    const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal));
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
    return { stdout, milliseconds: performance.now() - started };
  } finally {
    forget();
  }
}
