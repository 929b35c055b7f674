import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { copyBinaries, findBinaryPackage } from './binaries';
import { aborted, checkVersion, createCluster, readPassword } from './cluster';
import type { Account } from './data-dir';
import { barrier, layout, serverAccount, systemDataDir } from './data-dir';
import { EmbeddedPostgresError, explainFailure } from './errors';
import { lockFolder } from './folder-lock';
import type { Postmaster } from './postmaster';
import { startPostmaster, stopOrphan } from './postmaster';

export interface EmbeddedPostgresOptions {
  /** The product's data folder; PostgreSQL takes the folder `postgres` in it. Made if missing. */
  dataDir: string;
  /** TCP port on 127.0.0.1. Default: a free one, another at each start. */
  port?: number;
  /** Settings of postgresql.conf that differ from the defaults here, such as `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string | number>;
  /** Breaks the start off; nothing is left running then. */
  signal?: AbortSignal;
  /** Gets one line for each step that takes a while. */
  log: (line: string) => void;
}

export interface EmbeddedPostgres {
  port: number;
  pid: number;
  /** Connection URL of the superuser `postgres`, password included: never log it. */
  url(database: string): string;
  /** Settles when the server has ended, whether it was stopped or died. */
  exited: Promise<void>;
  /** Stops the server in order and frees the folder; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL from the programs that npm installed, on 127.0.0.1 alone, with a password. It runs as an
 * ordinary user, or for root as the account `postgres` or `nobody`. A server that an earlier run left behind on the same
 * folder is stopped first; one that a live process owns is not touched. Whatever fails, nothing is left running.
 *
 * @throws EmbeddedPostgresError with a stable code and one sentence
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, signal } = options;
  const source = findBinaryPackage();
  const given = layout(options.dataDir);
  const account = guarded(given.base, () => serverUser(given));
  makeBase(given.base);
  // Processes are known by the real paths of their programs.
  const paths = layout(realpathSync(options.dataDir));
  const lock = guarded(paths.base, () => lockFolder(paths.base));
  try {
    const binaries = paths.binaries(source.version);
    const durable = String(options.settings?.fsync ?? 'on') !== 'off';
    await stopOrphan(paths.base, paths.cluster, log);
    if (!existsSync(binaries)) log('Unpacking PostgreSQL…');
    await copyBinaries(source, binaries);
    if (existsSync(paths.cluster)) await checkVersion(paths, source.major);
    else {
      log(`Creating a PostgreSQL ${source.major} data folder in ${paths.cluster}…`);
      await createCluster({ paths, binaries, account, durable, signal });
    }
    const password = await readPassword(paths);
    const { port, postmaster } = await startOnPort(options, (port) =>
      startPostmaster({
        ...{ binaries, cluster: paths.cluster, logFile: paths.log, account, signal, log },
        settings: { ...defaultSettings(), ...options.settings, ...fixedSettings(port) },
      }),
    );
    void postmaster.exited.then(() => lock.release());
    return {
      port,
      pid: postmaster.pid,
      url: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
      exited: postmaster.exited,
      stop: () => postmaster.stop(),
    };
  } catch (error) {
    lock.release();
    throw explainFailure(error, paths.base);
  }
}

/**
 * Deletes the embedded PostgreSQL's data for good, after stopping a server that an earlier run left behind.
 *
 * @throws EmbeddedPostgresError `postgres.folder_in_use` when a live process owns it
 */
export async function eraseEmbeddedPostgres(dataDir: string, log: (line: string) => void): Promise<void> {
  if (!existsSync(layout(dataDir).base)) return;
  const paths = layout(realpathSync(dataDir));
  const lock = guarded(paths.base, () => lockFolder(paths.base));
  try {
    await stopOrphan(paths.base, paths.cluster, log);
    for (const path of [paths.cluster, paths.partialCluster, paths.password]) {
      rmSync(path, { recursive: true, force: true });
    }
  } catch (error) {
    throw explainFailure(error, paths.base);
  } finally {
    lock.release();
  }
}

/** The folders on the way must let PostgreSQL's account through, whatever the caller's umask. */
function makeBase(base: string): void {
  guarded(base, () => {
    const first = mkdirSync(base, { recursive: true });
    if (first === undefined) return;
    for (let folder = base; ; folder = dirname(folder)) {
      chmodSync(folder, 0o755);
      if (folder === first) return;
    }
  });
}

/** Who the server runs as: undefined is the caller; for root the owner of the data, or PostgreSQL's account. */
function serverUser(paths: ReturnType<typeof layout>): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(paths.cluster, { throwIfNoEntry: false });
  const account =
    owner && owner.uid !== 0 ? { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid } : serverAccount();
  const closed = barrier(paths.base, account);
  if (closed === undefined) return account;
  throw new EmbeddedPostgresError(
    'postgres.folder_unreachable',
    `PostgreSQL runs as the user ${account.name}, who may not enter ${closed}: set DATA_DIR to a folder that this user can reach, such as ${systemDataDir}.`,
  );
}

async function startOnPort(
  options: EmbeddedPostgresOptions,
  start: (port: number) => Promise<Postmaster>,
): Promise<{ port: number; postmaster: Postmaster }> {
  for (let attempt = 1; ; attempt += 1) {
    if (options.signal?.aborted) throw aborted();
    const port = options.port ?? (await freePort());
    try {
      return { port, postmaster: await start(port) };
    } catch (error) {
      const failure = explainFailure(error, resolve(options.dataDir));
      // Another program may take a free port before PostgreSQL does.
      if (failure.code !== 'postgres.port_in_use' || options.port !== undefined || attempt === 5) throw failure;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** For a machine that PostgreSQL shares with the product: an eighth of the memory at most, and few checkpoints. */
function defaultSettings(): Record<string, string | number> {
  const mebibytes = Math.floor(totalmem() / 2 ** 20);
  return {
    max_connections: 200,
    shared_buffers: `${Math.max(32, Math.min(512, Math.floor(mebibytes / 8)))}MB`,
    effective_cache_size: `${Math.max(64, Math.floor(mebibytes / 2))}MB`,
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '2GB',
    checkpoint_timeout: '10min',
    wal_compression: 'on',
    random_page_cost: 1.1,
    log_min_messages: 'warning',
  };
}

/** What this module relies on. */
const fixedSettings = (port: number) => ({
  port,
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The server's own log is the file that its output goes to.
  logging_collector: 'off',
  log_destination: 'stderr',
});

function guarded<T>(folder: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explainFailure(error, folder);
  }
}
