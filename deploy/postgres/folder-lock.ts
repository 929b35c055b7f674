import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError, errorCode } from './errors';
import { processIdentity } from './processes';

interface Owner {
  pid: number;
  identity: string;
}

/**
 * Makes this process the owner of a data folder until `release` is called or the process ends, however it ends: an
 * owner that is no longer alive is no owner.
 *
 * @throws EmbeddedPostgresError `postgres.folder_in_use` when another live process, or this one, owns it
 */
export function lockFolder(folder: string): { release(): void } {
  const path = join(folder, 'owner.json');
  const mine: Owner = { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    // A link appears whole or not at all, so nobody ever reads half an owner.
    while (!tryLink(draft, path)) {
      const found = read(path);
      if (found === undefined) continue;
      const owner = parse(found);
      if (owner && processIdentity(owner.pid) === owner.identity) {
        throw new EmbeddedPostgresError(
          'postgres.folder_in_use',
          `The data folder ${folder} is in use by process ${owner.pid}: stop that one first, or set DATA_DIR to another folder.`,
        );
      }
      removeStale(path, found);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return { release: () => rmSync(path, { force: true }) };
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Two starts may find the same dead owner; who moves away the other's fresh lock instead puts it back. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return; // the other one was first
  }
  if (readFileSync(aside, 'utf8') !== stale) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined; // a power cut may leave an empty file
  }
}
