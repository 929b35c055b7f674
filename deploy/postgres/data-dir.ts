import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './errors';

/** An account to run PostgreSQL as, since it refuses to run as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Root's default where the account that PostgreSQL runs as cannot reach the checkout. */
export const systemDataDir = '/var/lib/report-scheduler';

/**
 * The folder for everything that the embedded mode keeps: `DATA_DIR` if set, else `.data` in the checkout; for root,
 * where PostgreSQL's account cannot reach the checkout (below a home of mode 0700), `/var/lib/report-scheduler`.
 */
export function defaultDataDir(env: { DATA_DIR?: string | undefined }, checkout: string): string {
  if (env.DATA_DIR !== undefined && env.DATA_DIR !== '') return resolve(env.DATA_DIR);
  const local = resolve(checkout, '.data');
  if (process.getuid?.() !== 0) return local;
  return barrier(local, serverAccount()) === undefined ? local : systemDataDir;
}

/**
 * The account that root's PostgreSQL runs as: `postgres`, or `nobody` where there is no such user.
 *
 * @throws EmbeddedPostgresError `postgres.platform_unsupported` when the system has neither
 */
export function serverAccount(passwd: string = readFileSync('/etc/passwd', 'utf8')): Account {
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const fields = passwd
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.split(':');
    const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
    // Some systems number nobody -2, which setuid knows as an unsigned value.
    if (fields && Number.isInteger(uid) && Number.isInteger(gid)) return { name, uid: uid >>> 0, gid: gid >>> 0 };
  }
  throw new EmbeddedPostgresError(
    'postgres.platform_unsupported',
    'PostgreSQL does not run as root and this system has neither a user postgres nor nobody: start as an ordinary user, or set DATABASE_URL.',
  );
}

/** The nearest folder on the way to `path` that the account may not enter; undefined when there is none. */
export function barrier(path: string, account: Account): string | undefined {
  for (let folder = path; ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001;
      if ((stat.mode & bit) === 0) return folder;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** Where things stand inside a data folder. */
export const layout = (dataDir: string) => {
  const base = join(resolve(dataDir), 'postgres');
  return {
    base,
    cluster: join(base, 'cluster'),
    partialCluster: join(base, 'cluster.partial'),
    password: join(base, 'superuser-password'),
    log: join(base, 'postgres.log'),
    binaries: (version: string) => join(base, `binaries-${version}`),
  };
};
