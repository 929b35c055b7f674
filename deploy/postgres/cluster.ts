import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Account, layout } from './data-dir';
import { EmbeddedPostgresError, errorCode, explainFailure } from './errors';

/** What every program of PostgreSQL gets: messages in English, and none of the caller's PG… settings. */
export const serverEnvironment = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

interface NewCluster {
  paths: ReturnType<typeof layout>;
  /** Folder of PostgreSQL's programs. */
  binaries: string;
  /** Undefined: run as the caller. */
  account: Account | undefined;
  /** False leaves out flushing to disk, for tests. */
  durable: boolean;
  signal: AbortSignal | undefined;
}

/**
 * Makes a new data folder with a random password for the superuser `postgres`. It appears whole or not at all: a start
 * that was killed half way leaves a partial one, which the next start removes.
 */
export async function createCluster({ paths, binaries, account, durable, signal }: NewCluster): Promise<void> {
  const password = randomBytes(24).toString('base64url');
  const passwordFile = `${paths.partialCluster}.password`;
  try {
    await rm(paths.partialCluster, { recursive: true, force: true });
    await mkdir(paths.partialCluster, { mode: 0o700 });
    await rm(paths.password, { force: true });
    // On disk before the cluster is: data without their password would be lost.
    await writeFile(paths.password, password, { mode: 0o600, flush: true });
    // The server's account reads it, so it gets a copy of its own for the while.
    await rm(passwordFile, { force: true });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account) {
      await chown(passwordFile, account.uid, account.gid);
      await chown(paths.partialCluster, account.uid, account.gid);
    }
    await run(
      join(binaries, 'bin', 'initdb'),
      [
        ...['-D', paths.partialCluster, '-U', 'postgres', '--pwfile', passwordFile, '--auth=scram-sha-256'],
        ...[
          '--encoding=UTF8',
          '--locale=C',
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
          '--no-instructions',
        ],
        ...(durable ? [] : ['--no-sync']),
      ],
      { account, cwd: paths.base, signal },
    );
    await rename(paths.partialCluster, paths.cluster);
  } catch (error) {
    await rm(paths.partialCluster, { recursive: true, force: true }).catch(() => undefined);
    throw explainFailure(error, paths.base);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** @throws EmbeddedPostgresError `postgres.other_version` when the folder was made by another major version */
export async function checkVersion(paths: ReturnType<typeof layout>, major: string): Promise<void> {
  const found = (await readFile(join(paths.cluster, 'PG_VERSION'), 'utf8')).trim();
  if (found === major) return;
  throw new EmbeddedPostgresError(
    'postgres.other_version',
    `The data in ${paths.cluster} was made by PostgreSQL ${found} and this release brings ${major}: dump it with the release that made it and restore it here, or begin anew with "npm start -- --reset".`,
  );
}

/** The superuser's password, kept beside the data. */
export async function readPassword(paths: ReturnType<typeof layout>): Promise<string> {
  if (!existsSync(paths.password)) {
    throw new EmbeddedPostgresError(
      'postgres.password_missing',
      `The file ${paths.password} is missing: put it back from a backup, or begin anew with "npm start -- --reset".`,
    );
  }
  return (await readFile(paths.password, 'utf8')).trim();
}

interface RunOptions {
  account: Account | undefined;
  cwd: string;
  signal: AbortSignal | undefined;
}

/** Runs a program to its end; an error carries what it wrote. */
function run(program: string, args: string[], { account, cwd, signal }: RunOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that Ctrl-C is for the caller to decide on.
    const child = spawn(program, args, {
      cwd,
      env: serverEnvironment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const abort = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', abort, { once: true });
    child.once('error', (error) => reject(cannotRun(program, error)));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) reject(aborted());
      else if (code === 0) resolve();
      else reject(new Error(output));
    });
  });
}

export const aborted = () =>
  new EmbeddedPostgresError('postgres.aborted', 'The start of PostgreSQL was broken off on request.');

/** ENOENT for a program that exists means that its dynamic loader does not: a system without glibc. */
export function cannotRun(program: string, error: Error): Error {
  if (errorCode(error) !== 'ENOENT' || !existsSync(program)) return error;
  return new EmbeddedPostgresError(
    'postgres.platform_unsupported',
    'The embedded PostgreSQL needs glibc, which this system lacks (Alpine Linux?): set DATABASE_URL to a PostgreSQL server of your own.',
    { cause: error },
  );
}
